import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { CertificateError } from './errors.ts';

/** By what a camera proves over HTTPS that it is the one. With neither, an authority that the system knows must have signed its certificate. */
export interface Trust {
  /** SHA-256 of its certificate, in hexadecimal. It alone counts then, whoever signed it and whatever its name and dates: so are cameras delivered. */
  readonly fingerprint?: string;
  /** The authority's certificate (PEM); the certificate must be for the configured host. */
  readonly ca?: string;
}

interface Peer {
  readonly host: string;
  readonly port: number;
  readonly tls: Trust;
  readonly localAddress?: string;
}

/**
 * Opens a TLS connection. `trusted` is called once the camera has proven to be the one: nothing has been sent to it before, the password least of all.
 * `failed` is called with a CertificateError when it has not.
 */
export function openSecurely({ host, port, tls, localAddress }: Peer, trusted: () => void, failed: (error: Error) => void): TLSSocket {
  // What is wrong is judged below, where the fingerprint can be told to whoever has to compare it.
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    ...(localAddress !== undefined && { localAddress }),
    ...(isIP(host) === 0 && { servername: host }),
    ...(tls.ca && { ca: tls.ca }),
  });
  socket.once('secureConnect', () => {
    const shown = socket.getPeerCertificate().fingerprint256;
    const reason = mistrust(socket, shown, tls);
    if (reason === undefined) trusted();
    else failed(new CertificateError(`${host}:${port}: ${reason}`));
  });
  return socket;
}

function mistrust(socket: TLSSocket, shown: string, { fingerprint }: Trust): string | undefined {
  if (fingerprint !== undefined) {
    if (plain(fingerprint) === plain(shown)) return undefined;
    return `it shows another certificate than the one whose fingerprint is configured, its SHA-256 is ${shown}: if the camera was given a new certificate, write this one`;
  }
  if (socket.authorized) return undefined;
  return (
    `its certificate is not trusted (${String(socket.authorizationError)}), its SHA-256 is ${shown}: ` +
    'compare that with what the camera’s own page shows, and write it as `fingerprint`, or the authority’s certificate as `ca`'
  );
}

const plain = (fingerprint: string) => fingerprint.replaceAll(':', '').toUpperCase();
