import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A key for AES-128, AES-192 or AES-256. */
export type AesKey = Buffer;

const blockBytes = 16;
// ANSI/SIA DC-09-2013, 5.4.6: each message starts a new chain from a vector of zeros; the random padding in front makes it unique.
const zeroVector = Buffer.alloc(blockBytes);
const algorithmByKeyBytes: Readonly<Record<number, string>> = { 16: 'aes-128-cbc', 24: 'aes-192-cbc', 32: 'aes-256-cbc' };

/**
 * Reads a key as an installer types it: 16, 24 or 32 characters, or `hex:` and 32, 48 or 64 hexadecimal digits.
 * Without the prefix 32 characters are always an AES-256 key, since panels take them so.
 * Undefined where it is neither.
 */
export function parseKey(text: string): AesKey | undefined {
  const digits = /^hex:((?:[0-9A-Fa-f]{2})+)$/.exec(text)?.[1];
  const key = digits === undefined ? Buffer.from(text, 'latin1') : Buffer.from(digits, 'hex');
  return key.length in algorithmByKeyBytes ? key : undefined;
}

/**
 * Encrypts what follows the opening bracket (5.4): padding, `|`, then `clear`.
 * `padding` gives so many bytes, none of them a bracket or `|`; it is a parameter so that tests can fix it.
 */
export function encryptBody(clear: string, key: AesKey, padding: (length: number) => Uint8Array = randomPadding): string {
  const text = Buffer.from(`|${clear}`, 'latin1');
  const cipher = createCipheriv(algorithmFor(key), key, zeroVector).setAutoPadding(false);
  const padded = Buffer.concat([padding(blockBytes - (text.length % blockBytes)), text]);
  return Buffer.concat([cipher.update(padded), cipher.final()])
    .toString('hex')
    .toUpperCase();
}

/** The clear text with its padding, as it was encrypted. Undefined where the body is not whole AES blocks in hexadecimal. */
export function decryptBody(body: string, key: AesKey): string | undefined {
  if (!/^(?:[0-9A-Fa-f]{32})+$/.test(body)) return undefined;
  const decipher = createDecipheriv(algorithmFor(key), key, zeroVector).setAutoPadding(false);
  return Buffer.concat([decipher.update(body, 'hex'), decipher.final()]).toString('latin1');
}

/** Takes the padding off: all up to the first `|`, or up to the closing bracket where there are no data (seen in `*NULL`). */
export function withoutPadding(clear: string): string {
  const bar = clear.indexOf('|');
  const bracket = clear.indexOf(']');
  return bar !== -1 && (bracket === -1 || bar < bracket) ? clear.slice(bar + 1) : clear.slice(Math.max(bracket, 0));
}

function randomPadding(length: number): Uint8Array {
  // 5.4: any byte but those that end a field. Letters alone are also safe with panels that take the padding for text.
  return randomBytes(length).map((byte) => 0x61 + (byte % 26));
}

function algorithmFor(key: AesKey): string {
  const algorithm = algorithmByKeyBytes[key.length];
  if (algorithm === undefined) throw new RangeError(`an AES key has 16, 24 or 32 bytes, not ${key.length}`);
  return algorithm;
}
