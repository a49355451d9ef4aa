import type { EpochMs } from '../domain/clock.ts';
import type { Escalation } from '../escalation/escalation.ts';
import type { Store } from './database.ts';

/** A message to somebody in the chain of command. */
export interface Message {
  readonly id: string;
  readonly incident: string;
  readonly contact: string;
  readonly body: string;
  readonly createdAt: EpochMs;
  readonly nextAt: EpochMs;
  /** How many have been made. */
  readonly attempts: number;
  readonly state: 'waiting' | 'delivered' | 'withdrawn' | 'given-up';
  /** Why the latest attempt failed; null when none has. */
  readonly problem: string | null;
}

/** What became of an attempt. `nextAt`: when the next one is made, while it waits. */
export type Attempt = Pick<Message, 'state' | 'nextAt'> & { readonly problem?: string };

const columns = 'id, incident, contact, body, created_at AS createdAt, next_at AS nextAt, attempts, state, problem';

/** Escalations and the messages that they led to, on disk. */
export class Outbox {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Writes how far an escalation has gone with its new messages; `withdraw` takes back those of the incident that still wait. */
  save(escalation: Escalation, messages: readonly Pick<Message, 'id' | 'contact' | 'body'>[], at: EpochMs, withdraw: boolean): void {
    const { incident } = escalation;
    this.#store.transaction(() => {
      this.#store
        .prepare('INSERT INTO escalation (incident, escalation) VALUES (?, ?) ON CONFLICT (incident) DO UPDATE SET escalation = excluded.escalation')
        .run(incident, JSON.stringify(escalation));
      if (withdraw) this.#store.prepare(`UPDATE outbox SET state = 'withdrawn' WHERE incident = ? AND state = 'waiting'`).run(incident);
      const insert = this.#store.prepare(
        `INSERT INTO outbox (id, incident, contact, body, created_at, next_at, attempts, state) VALUES (?, ?, ?, ?, ?, ?, 0, 'waiting')`,
      );
      for (const { id, contact, body } of messages) insert.run(id, incident, contact, body, at, at);
    })();
  }

  get(incident: string): Escalation | undefined {
    const row = this.#store.prepare('SELECT escalation FROM escalation WHERE incident = ?').get(incident) as { escalation: string } | undefined;
    return row && (JSON.parse(row.escalation) as Escalation);
  }

  /** Those to be sent at `at`, oldest first. */
  due(at: EpochMs, limit: number): Message[] {
    return this.#store
      .prepare(`SELECT ${columns} FROM outbox WHERE state = 'waiting' AND next_at <= ? ORDER BY created_at LIMIT ?`)
      .all(at, limit) as Message[];
  }

  latest(limit: number): Message[] {
    return this.#store.prepare(`SELECT ${columns} FROM outbox ORDER BY created_at DESC, id DESC LIMIT ?`).all(limit) as Message[];
  }

  /** Of one incident, the first first. */
  of(incident: string): Message[] {
    return this.#store.prepare(`SELECT ${columns} FROM outbox WHERE incident = ? ORDER BY created_at, id`).all(incident) as Message[];
  }

  /** The contacts whose latest attempt failed, while something still waits for them, and why. */
  failing(): { readonly contact: string; readonly problem: string }[] {
    return this.#store.prepare(`SELECT contact, problem FROM outbox WHERE state = 'waiting' AND problem IS NOT NULL ORDER BY created_at`).all() as {
      contact: string;
      problem: string;
    }[];
  }

  /** What became of an attempt; one that was withdrawn meanwhile stays so unless it was delivered. */
  attempted(id: string, { state, nextAt, problem }: Attempt): void {
    this.#store
      .prepare(
        `UPDATE outbox SET attempts = attempts + 1, next_at = @nextAt, state = @state, problem = @problem
         WHERE id = @id AND (state = 'waiting' OR @state = 'delivered')`,
      )
      .run({ id, state, nextAt, problem: problem ?? null });
  }
}
