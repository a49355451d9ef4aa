import type { EpochMs } from '../domain/clock.ts';

/** Enough for every event of one key in one window; beyond it the oldest are forgotten. */
export const MOST_PER_KEY = 256;

/** What arrived under one key: values, and when each came, at the same index. */
interface Entries<Value> {
  readonly values: Value[];
  readonly arrivals: EpochMs[];
}

/**
 * What happened lately, by key. Entries are forgotten `keepMs` after their arrival; sweeping happens
 * on adding, so there is no timer, and the whole is never larger than what arrived in two such spans.
 */
export class Recent<Value> {
  #keepMs: number;
  readonly #time: { readonly now: EpochMs };
  readonly #entries = new Map<string, Entries<Value>>();
  #sweptAt: EpochMs;

  constructor(keepMs: number, time: { readonly now: EpochMs }) {
    this.#keepMs = keepMs;
    this.#time = time;
    this.#sweptAt = time.now;
  }

  /** From now on entries are kept for at least so long. */
  keepFor(ms: number): void {
    this.#keepMs = Math.max(this.#keepMs, ms);
  }

  add(key: string, value: Value): void {
    const { now } = this.#time;
    if (now - this.#sweptAt > this.#keepMs) this.#sweep(now);
    const entries = this.#entries.get(key);
    if (entries === undefined) {
      this.#entries.set(key, { values: [value], arrivals: [now] });
      return;
    }
    this.#trim(entries, now);
    entries.values.push(value);
    entries.arrivals.push(now);
  }

  /** Whether any value under the key passes. */
  some(key: string, passes: (value: Value) => boolean): boolean {
    const entries = this.#entries.get(key);
    if (entries === undefined) return false;
    this.#trim(entries, this.#time.now);
    return entries.values.some(passes);
  }

  /** What was added under any of the keys, in the order of arrival for each; a value under several keys comes once. */
  of(keys: readonly string[]): readonly Value[] {
    const [first] = keys;
    if (first === undefined) return [];
    if (keys.length === 1) return this.#under(first);
    return [...new Set(keys.flatMap((key) => this.#under(key)))];
  }

  /** How many entries are held. */
  get size(): number {
    return [...this.#entries.values()].reduce((sum, { values }) => sum + values.length, 0);
  }

  #under(key: string): readonly Value[] {
    const entries = this.#entries.get(key);
    if (entries === undefined) return [];
    this.#trim(entries, this.#time.now);
    // A copy: what is done with a value may add another.
    return entries.values.slice();
  }

  /** Forgets what is too old, and makes room for one more. */
  #trim({ values, arrivals }: Entries<Value>, now: EpochMs): void {
    const oldest = now - this.#keepMs;
    let gone = Math.max(0, values.length - MOST_PER_KEY + 1);
    while (gone < values.length && (arrivals[gone] ?? now) < oldest) gone += 1;
    if (gone === 0) return;
    values.splice(0, gone);
    arrivals.splice(0, gone);
  }

  #sweep(now: EpochMs): void {
    this.#sweptAt = now;
    for (const [key, entries] of this.#entries) {
      this.#trim(entries, now);
      if (entries.values.length === 0) this.#entries.delete(key);
    }
  }
}
