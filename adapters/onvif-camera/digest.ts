import { createHash, randomBytes } from 'node:crypto';

/** One `WWW-Authenticate: Digest` header (RFC 7616, 3.3). */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: 'MD5' | 'SHA-256';
  /** `auth` when the camera offers it; cameras after RFC 2069 offer no quality of protection at all. */
  readonly qop: 'auth' | undefined;
  readonly opaque: string | undefined;
}

/** The strongest Digest challenge that we can answer, or undefined when there is none. */
export function chooseChallenge(headers: readonly string[]): DigestChallenge | undefined {
  const challenges = headers.map(parseChallenge).filter((each) => each !== undefined);
  return challenges.find(({ algorithm }) => algorithm === 'SHA-256') ?? challenges[0];
}

function parseChallenge(header: string): DigestChallenge | undefined {
  if (!/^\s*digest\s/i.test(header)) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare] of header.matchAll(/([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  const algorithm = (parameters.get('algorithm') ?? 'MD5').toUpperCase();
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const offered = parameters
    .get('qop')
    ?.split(',')
    .map((each) => each.trim().toLowerCase());
  if (realm === undefined || nonce === undefined || (algorithm !== 'MD5' && algorithm !== 'SHA-256')) return undefined;
  if (offered !== undefined && !offered.includes('auth')) return undefined;
  return { realm, nonce, algorithm, qop: offered === undefined ? undefined : 'auth', opaque: parameters.get('opaque') };
}

export interface DigestRequest {
  readonly method: string;
  /** Path and query as in the request line. */
  readonly uri: string;
  readonly username: string;
  readonly password: string;
  /** How often this nonce has been used, this time included. */
  readonly count: number;
  readonly cnonce?: string;
}

/** The `Authorization` header that answers a challenge (RFC 7616, 3.4). */
export function authorization(challenge: DigestChallenge, request: DigestRequest): string {
  const hash = (text: string) =>
    createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text, 'utf8')
      .digest('hex');
  const cnonce = request.cnonce ?? randomBytes(8).toString('hex');
  const count = request.count.toString(16).padStart(8, '0');
  const secret = hash(`${request.username}:${challenge.realm}:${request.password}`);
  const what = hash(`${request.method}:${request.uri}`);
  const response = hash([secret, challenge.nonce, ...(challenge.qop === undefined ? [] : [count, cnonce, challenge.qop]), what].join(':'));
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return `Digest ${[
    `username=${quote(request.username)}`,
    `realm=${quote(challenge.realm)}`,
    `nonce=${quote(challenge.nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
    `algorithm=${challenge.algorithm}`,
    ...(challenge.qop === undefined ? [] : [`qop=${challenge.qop}`, `nc=${count}`, `cnonce="${cnonce}"`]),
    ...(challenge.opaque === undefined ? [] : [`opaque=${quote(challenge.opaque)}`]),
  ].join(', ')}`;
}
