import type { Target } from './http.ts';

const loopback = /^(127\.|localhost$|\[?::1\]?$)/i;

/** Addresses that nobody but the camera can mean: unset, its own loopback, link-local (RFC 3927). */
function plainlyWrong(host: string, configured: string): boolean {
  if (host === configured) return false;
  return (
    host === '' ||
    host === '0.0.0.0' ||
    /^\[?::\]?$/.test(host) ||
    loopback.test(host) ||
    (/^169\.254\./.test(host) && !/^169\.254\./.test(configured))
  );
}

/**
 * Where to send requests for a service or subscription whose address the camera told.
 * The host is always the configured one: behind address translation the camera names another, and the credentials go to no stranger.
 * The port is the camera's only where it names the host as we do, and a port with it, for HTTP or HTTPS as configured.
 */
export function serviceTarget(address: string, { host: known, port: usual, tls, localAddress }: Omit<Target, 'path'>): Target {
  const match = /^(https?):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?([^#]*)/i.exec(address);
  const [, scheme = '', host = '', told, path = ''] = match ?? [undefined, undefined, undefined, undefined, address];
  const sameScheme = scheme.toLowerCase() === (tls === undefined ? 'http' : 'https');
  const port = told !== undefined && host === known && sameScheme ? Number(told) : usual;
  return {
    host: known,
    port,
    path: path.startsWith('/') ? path : `/${path}`,
    ...(tls && { tls }),
    ...(localAddress !== undefined && { localAddress }),
  };
}

/**
 * The RTSP address without credentials; its host is replaced only where it is plainly wrong, since an encoder may stream from elsewhere.
 * The path stays as it is, byte for byte: cameras compare it as text.
 * @throws Error when it is no RTSP address.
 */
export function streamUri(told: string, configuredHost: string): string {
  const match = /^(rtsps?):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(:\d+)?(.*)$/i.exec(told.trim());
  if (match === null) throw new Error('the camera gave a stream address that is not RTSP');
  const [, scheme = '', host = '', port = '', path = ''] = match;
  return `${scheme.toLowerCase()}://${plainlyWrong(host, configuredHost) ? configuredHost : host}${port}${path}`;
}
