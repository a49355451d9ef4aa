import type { Clock, EpochMs } from '../domain/clock.ts';

/** A panel repeats until it is acknowledged; after this time the same sequence number may mean something new. */
export const REPEAT_WINDOW_MS = 60 * 60 * 1000;

interface Seen {
  readonly at: EpochMs;
  /** The commit of the first one: a repeat is acknowledged only when that has succeeded. */
  readonly committed: Promise<void>;
}

/** Knows which signals came before, so that a repeated one is accepted once. */
export class Repeats {
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Clock, journalled: readonly { device: string; repeatKey: string; receivedAt: EpochMs }[]) {
    this.#clock = clock;
    for (const { device, repeatKey, receivedAt } of journalled)
      this.#seen.set(`${device} ${repeatKey}`, { at: receivedAt, committed: Promise.resolve() });
  }

  /** The commit of an earlier signal with this key, if there was one. */
  earlier(device: string, repeatKey: string): Promise<void> | undefined {
    this.#forgetOld();
    return this.#seen.get(`${device} ${repeatKey}`)?.committed;
  }

  /** Remembers a first one; if its commit fails it is forgotten, so that the repeat counts. */
  remember(device: string, repeatKey: string, committed: Promise<void>): void {
    const key = `${device} ${repeatKey}`;
    this.#seen.set(key, { at: this.#clock.now(), committed });
    committed.catch(() => this.#seen.delete(key));
  }

  /** Entries stand in the order of their time, so only the front is looked at. */
  #forgetOld(): void {
    const oldest = this.#clock.now() - REPEAT_WINDOW_MS;
    for (const [key, { at }] of this.#seen) {
      if (at >= oldest) return;
      this.#seen.delete(key);
    }
  }
}
