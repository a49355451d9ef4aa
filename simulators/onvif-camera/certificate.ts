import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A self-signed certificate, as cameras make themselves one when they are switched on for the first time. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the certificate, in the form in which browsers and cameras show it. */
  readonly fingerprint: string;
}

const VALID_MS = 20 * 365 * 86_400_000;

/** X.509 version 3 (RFC 5280, 4.1), signed with ECDSA on P-256 by its own key, for one address. */
export function selfSigned(name: string, host: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const subject = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))));
  const validity = sequence(time(Date.now() - 86_400_000), time(Date.now() + VALID_MS));
  // 4.2.1.6: an address as iPAddress [7], anything else as dNSName [2].
  const alternative = isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
  const extensions = der(0xa3, sequence(sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(alternative)))));
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    subject,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  );
  const certificate = sequence(toBeSigned, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, privateKey)])));
  const hex = createHash('sha256').update(certificate).digest('hex').toUpperCase();
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${(certificate.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`,
    fingerprint: (hex.match(/../g) ?? []).join(':'),
  };
}

/** X.690, 8.1: tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const lengths = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengths]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));

/** UTCTime up to 2049 (RFC 5280, 4.1.2.5.1). */
function time(at: number): Buffer {
  const text = new Date(at).toISOString();
  return der(0x17, Buffer.from(text.replace(/[-:T]|\.\d+/g, '').slice(2)));
}
