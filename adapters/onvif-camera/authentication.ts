import { authorization, chooseChallenge } from './digest.ts';
import type { DigestChallenge } from './digest.ts';

interface Account {
  readonly username: string;
  readonly password: string;
  readonly neverInClear?: true;
}

/** HTTP authentication with one camera: what it asked for last, and the answer for each further request. */
export class HttpAuthentication {
  readonly #account: Account;
  #challenge: DigestChallenge | 'Basic' | undefined;
  #uses = 0;

  constructor(account: Account) {
    this.#account = account;
  }

  /** The `Authorization` header; none where the camera has not asked for any. */
  headers(method: string, uri: string): Record<string, string> {
    const { username, password } = this.#account;
    if (this.#challenge === undefined) return {};
    if (this.#challenge === 'Basic') return { Authorization: `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}` };
    this.#uses += 1;
    return { Authorization: authorization(this.#challenge, { method, uri, username, password, count: this.#uses }) };
  }

  /**
   * Takes the WWW-Authenticate headers of a 401; false when there is no use in asking again. Basic sends the password in clear text (RFC 7617),
   * so it is answered only where the camera asks for nothing else, and where that is allowed.
   */
  challenged(headers: readonly string[]): boolean {
    const digest = chooseChallenge(headers);
    const basicOnly = !this.#account.neverInClear && headers.length > 0 && headers.every((header) => /^\s*basic(\s|$)/i.test(header));
    if (digest === undefined && (!basicOnly || this.#challenge === 'Basic')) return false;
    this.#challenge = digest ?? 'Basic';
    this.#uses = 0;
    return true;
  }
}
