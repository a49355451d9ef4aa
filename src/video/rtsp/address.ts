import type { StreamAddress } from '../../adapter/contract.ts';
import { VideoError } from '../video-error.ts';
import type { Server } from './connection.ts';

const DEFAULT_RTSP_PORT = 554;

/** Where a stream is: the server to connect to, and the address to name in requests, without credentials. */
export interface Target {
  readonly server: Server;
  readonly uri: string;
}

/** @throws VideoError when it is not an address of RTSP. */
export function parseAddress({ uri, username, password }: StreamAddress): Target {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== 'rtsp:' || url.hostname === '') {
    throw new VideoError('unsupported', "the camera's stream address is not an rtsp:// address");
  }
  const user = username ?? decodeURIComponent(url.username);
  const secret = password ?? decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return {
    server: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? DEFAULT_RTSP_PORT : Number(url.port),
      credentials: user === '' ? undefined : { username: user, password: secret },
    },
    uri: url.href,
  };
}

/**
 * Where a redirect leads (RFC 2326, 11.3). The password goes along to the same host only: another one may be anybody's.
 * @throws VideoError when it leads nowhere.
 */
export function followRedirect(from: Target, location: string | undefined): Target {
  if (location === undefined) throw new VideoError('protocol', 'the camera redirects without saying where to');
  const uri = hasScheme(location) ? location : resolveBase(from.uri, location);
  const { server, uri: clean } = parseAddress({ uri, username: '', password: '' });
  const credentials = server.host === from.server.host ? from.server.credentials : undefined;
  return { server: { ...server, credentials }, uri: clean };
}

/** A base that may be a whole address, a path, or a part of one; `uri` where it makes no sense. */
export function resolveBase(uri: string, base: string): string {
  if (hasScheme(base)) return /^rtsp:/i.test(base) ? base : uri;
  // URL resolves relative references only for schemes that it knows.
  const asHttp = uri.replace(/^rtsp:/i, 'http:');
  return URL.canParse(base, asHttp) ? new URL(base, asHttp).href.replace(/^http:/, 'rtsp:') : uri;
}

/** A control attribute is appended to its base, not resolved like a link: that is what cameras mean by it, also after a query. */
export function resolveControl(base: string, control: string | undefined): string {
  if (control === undefined || control === '' || control === '*') return base;
  if (/^rtsp:\/\//i.test(control)) return control;
  return base.endsWith('/') || control.startsWith('/') || control.startsWith('?') ? base + control : `${base}/${control}`;
}

function hasScheme(address: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(address);
}
