import { createHash, randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { Store } from '../store/database.ts';
import type { Role } from '../domain/roles.ts';

/** Somebody, or some program, that has shown who it is. */
export interface Principal {
  readonly name: string;
  readonly role: Role;
}

/** A session, or the end of one, that waits for a disk that can be written again. */
interface WaitingSession {
  readonly account: string;
  /** Of the password that it began with: it ends with that. */
  readonly passwordHash: string;
  readonly expiresAt: EpochMs;
}

const SESSION_MS = 12 * 60 * 60 * 1000;
const SHORTEST_PASSWORD = 10;

interface AccountRow {
  readonly name: string;
  readonly role: Role;
  readonly password_hash: string;
}

/** A hash of nothing in use, so that an unknown name takes as long to refuse as a wrong password. */
const dummyHash = hash(randomBytes(16));

/**
 * Accounts with argon2id hashes, browser sessions and API tokens; the database holds only hashes of the last two.
 * A full disk keeps nobody out and nobody in: a session, or its end, that cannot be written is in memory until it can.
 */
export class Accounts {
  readonly #store: Store;
  readonly #clock: Clock;
  /** By the hash of their secret. */
  readonly #begun = new Map<string, WaitingSession>();
  readonly #ended = new Set<string>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Creates the account, or gives it another password and role. @throws Error when the password is shorter than 10 characters. */
  async set(name: string, role: Role, password: string): Promise<void> {
    if (password.length < SHORTEST_PASSWORD) throw new Error(`the password must have at least ${SHORTEST_PASSWORD} characters`);
    const passwordHash = await hash(password);
    this.#store.transaction(() => {
      this.#store
        .prepare(
          `INSERT INTO account (name, role, password_hash, created_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash`,
        )
        .run(name, role, passwordHash, this.#clock.now());
      // Whoever knew the old password is signed out.
      this.#store.prepare('DELETE FROM session WHERE account = ?').run(name);
    })();
  }

  /** Removes the account and its sessions; false if there is none of that name. */
  remove(name: string): boolean {
    return this.#store.prepare('DELETE FROM account WHERE name = ?').run(name).changes > 0;
  }

  list(): Principal[] {
    return this.#store.prepare('SELECT name, role FROM account ORDER BY name').all() as Principal[];
  }

  /** Signs in: the session's secret for the cookie, or undefined when name or password is wrong. */
  async signIn(name: string, password: string): Promise<{ principal: Principal; session: string; maxAgeMs: number } | undefined> {
    const row = this.#store.prepare('SELECT name, role, password_hash FROM account WHERE name = ?').get(name) as AccountRow | undefined;
    const correct = await verify(row?.password_hash ?? (await dummyHash), password);
    if (row === undefined || !correct) return undefined;
    const session = randomBytes(32).toString('base64url');
    this.#begun.set(digest(session), { account: row.name, passwordHash: row.password_hash, expiresAt: this.#clock.now() + SESSION_MS });
    this.retry();
    return { principal: { name: row.name, role: row.role }, session, maxAgeMs: SESSION_MS };
  }

  signOut(session: string): void {
    if (this.bySession(session) === undefined) return;
    this.#begun.delete(digest(session));
    this.#ended.add(digest(session));
    this.retry();
  }

  /** Whose session it is, while it lasts. */
  bySession(session: string): Principal | undefined {
    const hashed = digest(session);
    const now = this.#clock.now();
    if (this.#ended.has(hashed)) return undefined;
    const waiting = this.#begun.get(hashed);
    if (waiting === undefined) {
      return this.#store
        .prepare('SELECT name, role FROM session JOIN account ON name = account WHERE hash = ? AND expires_at > ?')
        .get(hashed, now) as Principal | undefined;
    }
    const { account, passwordHash, expiresAt } = waiting;
    if (expiresAt <= now) return undefined;
    return this.#store.prepare('SELECT name, role FROM account WHERE name = ? AND password_hash = ?').get(account, passwordHash) as
      Principal | undefined;
  }

  /** Writes the sessions that began and ended; what cannot be written waits for the next attempt. */
  retry(): void {
    if (this.#begun.size === 0 && this.#ended.size === 0) return;
    try {
      this.#store.transaction(() => {
        this.#store.prepare('DELETE FROM session WHERE expires_at < ?').run(this.#clock.now());
        const remove = this.#store.prepare('DELETE FROM session WHERE hash = ?');
        for (const hashed of this.#ended) remove.run(hashed);
        // Not of an account that is gone or has another password by now.
        const insert = this.#store.prepare(
          'INSERT INTO session (hash, account, expires_at) SELECT ?, name, ? FROM account WHERE name = ? AND password_hash = ?',
        );
        for (const [hashed, { account, passwordHash, expiresAt }] of this.#begun) insert.run(hashed, expiresAt, account, passwordHash);
      })();
      this.#begun.clear();
      this.#ended.clear();
    } catch {
      // Whoever signs in while the disk is full has something more urgent to see; the health of the book tells of it.
    }
  }

  /** Makes an API token and returns it: the only time it can be read. @throws Error when the name is taken. */
  createToken(name: string, role: Role): string {
    const token = `sly_${randomBytes(32).toString('base64url')}`;
    const taken = this.#store.prepare('SELECT 1 FROM token WHERE name = ?').get(name) !== undefined;
    if (taken) throw new Error(`there is already a token named "${name}": revoke it first, or choose another name`);
    this.#store.prepare('INSERT INTO token (hash, name, role, created_at) VALUES (?, ?, ?, ?)').run(digest(token), name, role, this.#clock.now());
    return token;
  }

  revokeToken(name: string): boolean {
    return this.#store.prepare('DELETE FROM token WHERE name = ?').run(name).changes > 0;
  }

  tokens(): { name: string; role: Role; createdAt: number }[] {
    return this.#store.prepare('SELECT name, role, created_at AS createdAt FROM token ORDER BY name').all() as {
      name: string;
      role: Role;
      createdAt: number;
    }[];
  }

  byToken(token: string): Principal | undefined {
    const row = this.#store.prepare('SELECT name, role FROM token WHERE hash = ?').get(digest(token)) as Principal | undefined;
    return row && { name: `token ${row.name}`, role: row.role };
  }
}

/** Sessions and tokens are 256 random bits, so a plain hash is enough: there is nothing to guess. */
function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
