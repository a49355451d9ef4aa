import { createHash } from 'node:crypto';

export interface Challenge {
  readonly scheme: 'digest' | 'basic';
  /** Names in lower case, quotes taken off. */
  readonly params: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** What one request adds to the challenge. */
export interface RequestToSign {
  readonly method: string;
  readonly uri: string;
  /** How often this nonce was used, this time included. */
  readonly count: number;
  /** Our own random text. */
  readonly cnonce: string;
}

const hashes: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** The challenges of all WWW-Authenticate headers (RFC 7616, 3.3; RFC 7617, 2); schemes that we do not know are left out. */
export function parseChallenges(headers: readonly string[]): Challenge[] {
  const challenges: { scheme: string; params: Record<string, string> }[] = [];
  // Either `name=value` or a bare word, which starts the next challenge.
  const part = /([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g;
  for (const header of headers) {
    for (const [, name = '', quoted, bare] of header.matchAll(part)) {
      const value = quoted?.replace(/\\(.)/g, '$1') ?? bare;
      if (value === undefined) challenges.push({ scheme: name.toLowerCase(), params: {} });
      else Object.assign(challenges.at(-1)?.params ?? {}, { [name.toLowerCase()]: value });
    }
  }
  return challenges.flatMap(({ scheme, params }) => (scheme === 'digest' || scheme === 'basic' ? [{ scheme, params }] : []));
}

/** The strongest challenge that we can answer: Digest with SHA-256, then MD5, then Basic. */
export function strongest(challenges: readonly Challenge[]): Challenge | undefined {
  const rank = ({ scheme, params }: Challenge): number => {
    if (scheme === 'basic') return 1;
    const { hash } = algorithmOf(params);
    return params['nonce'] === undefined || hash === undefined ? 0 : hash === 'md5' ? 2 : 3;
  };
  return challenges.filter((each) => rank(each) > 0).sort((a, b) => rank(b) - rank(a))[0];
}

/** The value of the Authorization header that answers `challenge` (RFC 7616, 3.4; RFC 2617, 3.2.2 where there is no qop; RFC 7617). */
export function authorization(challenge: Challenge, credentials: Credentials, request: RequestToSign): string {
  const { username, password } = credentials;
  if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

  const { realm = '', nonce = '', opaque, algorithm } = challenge.params;
  const { hash = 'md5', session } = algorithmOf(challenge.params);
  const digest = (text: string) => createHash(hash).update(text).digest('hex');
  const qop = chooseQop(challenge.params['qop']);
  const secret = digest(`${username}:${realm}:${password}`);
  const a1 = session ? digest(`${secret}:${nonce}:${request.cnonce}`) : secret;
  // Our requests have no body, so auth-int signs the hash of nothing.
  const a2 = digest(`${request.method}:${request.uri}${qop === 'auth-int' ? `:${digest('')}` : ''}`);
  const count = request.count.toString(16).padStart(8, '0');
  const response = digest(qop === undefined ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${count}:${request.cnonce}:${qop}:${a2}`);

  const fields = [
    `username=${quote(username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.uri)}`,
    `response="${response}"`,
    // Repeated only if the camera named it: old firmware refuses a field that it does not know.
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${count}`]),
    ...(qop !== undefined || session ? [`cnonce=${quote(request.cnonce)}`] : []),
  ];
  return `Digest ${fields.join(', ')}`;
}

function algorithmOf(params: Readonly<Record<string, string>>): { hash: string | undefined; session: boolean } {
  const name = (params['algorithm'] ?? 'MD5').toUpperCase();
  return { hash: hashes[name.replace(/-SESS$/, '')], session: name.endsWith('-SESS') };
}

function chooseQop(offered: string | undefined): 'auth' | 'auth-int' | undefined {
  const options = (offered ?? '').split(',').map((each) => each.trim().toLowerCase());
  return options.includes('auth') ? 'auth' : options.includes('auth-int') ? 'auth-int' : undefined;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
