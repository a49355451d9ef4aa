import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const nonceLifetimeMs = 300_000;
const nonceLimit = 1000;

export type DigestVerdict = 'accepted' | 'refused' | 'stale';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** HTTP Digest with MD5 and qop=auth (RFC 7616, RFC 2617), which RTSP uses as well (RFC 2326 clause 14). A client may leave qop out (RFC 2069). */
export class DigestGuard {
  readonly #realm: string;
  readonly #plain: boolean;
  readonly #username: string;
  readonly #secret: string;
  readonly #nonces = new Map<string, number>();

  /** `plain`: the challenge says neither qop nor algorithm, as in RFC 2069. */
  constructor(realm: string, { username, password }: { readonly username: string; readonly password: string }, plain = false) {
    this.#realm = realm;
    this.#plain = plain;
    this.#username = username;
    this.#secret = md5(`${username}:${realm}:${password}`);
  }

  /** The value of WWW-Authenticate. */
  challenge(stale = false): string {
    const nonce = randomBytes(16).toString('hex');
    this.#nonces.set(nonce, performance.now());
    for (const oldest of this.#nonces.keys()) {
      if (this.#nonces.size <= nonceLimit) break;
      this.#nonces.delete(oldest);
    }
    const further = this.#plain ? '' : ', algorithm=MD5, qop="auth"';
    return `Digest realm="${this.#realm}", nonce="${nonce}"${further}${stale ? ', stale=true' : ''}`;
  }

  /** Judges an Authorization header; `uri` is the request's own. */
  judge(authorization: string, method: string, uri: string): DigestVerdict {
    const fields = digestFields(authorization);
    const { nonce = '', response = '', qop, nc = '', cnonce = '' } = fields;
    if (fields['username'] !== this.#username || fields['realm'] !== this.#realm || fields['uri'] !== uri) return 'refused';
    const end = md5(`${method}:${uri}`);
    const expected = md5(qop === undefined ? `${this.#secret}:${nonce}:${end}` : `${this.#secret}:${nonce}:${nc}:${cnonce}:${qop}:${end}`);
    if (qop !== undefined && qop !== 'auth') return 'refused';
    if (response.length !== expected.length || !timingSafeEqual(Buffer.from(response), Buffer.from(expected))) return 'refused';
    const issued = this.#nonces.get(nonce);
    return issued !== undefined && performance.now() - issued < nonceLifetimeMs ? 'accepted' : 'stale';
  }

  /** Forgets what it handed out, as after a restart. */
  forget(): void {
    this.#nonces.clear();
  }
}

/** The fields of a Digest Authorization header; none when it is of another scheme. */
function digestFields(header: string): Partial<Record<string, string>> {
  if (!/^digest /i.test(header)) return {};
  const fields: Partial<Record<string, string>> = {};
  for (const [, name = '', quoted, bare] of header.slice(7).matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/gi))
    fields[name.toLowerCase()] = quoted ?? bare ?? '';
  return fields;
}
