import type { SchedulerLike } from 'rxjs';

/** Enough for every event of one key in one window; beyond it the oldest are forgotten. */
const MOST_PER_KEY = 256;

/**
 * What happened lately, by key. Entries are forgotten `keepMs` after their arrival; sweeping happens
 * on adding, so there is no timer, and the whole is never larger than what arrived in two such spans.
 */
export class Recent<Value> {
  readonly #keepMs: number;
  readonly #scheduler: SchedulerLike;
  readonly #entries = new Map<string, { readonly arrivedAt: number; readonly value: Value }[]>();
  #sweptAt: number;

  constructor(keepMs: number, scheduler: SchedulerLike) {
    this.#keepMs = keepMs;
    this.#scheduler = scheduler;
    this.#sweptAt = scheduler.now();
  }

  add(key: string, value: Value): void {
    const now = this.#scheduler.now();
    if (now - this.#sweptAt > this.#keepMs) this.#sweep(now);
    const entries = this.#entries.get(key);
    const entry = { arrivedAt: now, value };
    if (entries === undefined) this.#entries.set(key, [entry]);
    else {
      entries.push(entry);
      if (entries.length > MOST_PER_KEY) entries.shift();
    }
  }

  /** What was added under any of the keys, in the order of arrival for each; a value under several keys comes once. */
  of(keys: readonly string[]): readonly Value[] {
    const oldest = this.#scheduler.now() - this.#keepMs;
    const values = new Set<Value>();
    for (const key of keys) {
      for (const { arrivedAt, value } of this.#entries.get(key) ?? []) if (arrivedAt >= oldest) values.add(value);
    }
    return [...values];
  }

  /** How many entries are held. */
  get size(): number {
    return [...this.#entries.values()].reduce((sum, { length }) => sum + length, 0);
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const [key, entries] of this.#entries) {
      const kept = entries.filter(({ arrivedAt }) => arrivedAt >= now - this.#keepMs);
      if (kept.length === 0) this.#entries.delete(key);
      else this.#entries.set(key, kept);
    }
  }
}
