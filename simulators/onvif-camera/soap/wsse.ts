import { createHash, timingSafeEqual } from 'node:crypto';
import { childOf, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** How far Created may be from the camera's clock, either way. */
const windowMs = 30_000;
const nonceLimit = 10_000;

/** Verifies WS-UsernameToken with PasswordDigest (OASIS Web Services Security UsernameToken Profile 1.0; ONVIF Core clause 5.9.1). */
export class UsernameTokenGuard {
  readonly #username: string;
  readonly #password: string;
  readonly #now: () => number;
  readonly #seen = new Map<string, number>();

  /** @param now the camera's clock, milliseconds since 1970. */
  constructor(username: string, password: string, now: () => number) {
    this.#username = username;
    this.#password = password;
    this.#now = now;
  }

  /** Whether a wsse:Security header proves the password: digest right, Created within the window, nonce never seen in it. */
  accepts(security: XmlElement): boolean {
    const token = childOf(security, 'UsernameToken');
    const password = childOf(token, 'Password');
    const nonce = textOf(childOf(token, 'Nonce'));
    const created = textOf(childOf(token, 'Created'));
    const createdAt = Date.parse(created);
    const type = password?.attributes['Type'] ?? '';
    if (textOf(childOf(token, 'Username')) !== this.#username || !type.endsWith('#PasswordDigest') || nonce === '') return false;
    if (Number.isNaN(createdAt) || Math.abs(createdAt - this.#now()) > windowMs) return false;
    const expected = createHash('sha1').update(Buffer.from(nonce, 'base64')).update(created).update(this.#password).digest();
    const given = Buffer.from(textOf(password), 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    if (this.#seen.has(nonce)) return false;
    this.#remember(nonce, createdAt);
    return true;
  }

  /** Forgets the nonces, as after a restart. */
  forget(): void {
    this.#seen.clear();
  }

  #remember(nonce: string, createdAt: number): void {
    for (const [each, at] of this.#seen) {
      if (this.#seen.size < nonceLimit && Math.abs(at - this.#now()) <= 2 * windowMs) break;
      this.#seen.delete(each);
    }
    this.#seen.set(nonce, createdAt);
  }
}
