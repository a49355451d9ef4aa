import type { EpochMs } from '../domain/clock.ts';
import { UsedLately } from './used-lately.ts';

/** Enough for every event of one key in one window, for each rule; beyond it the oldest are forgotten. */
export const MOST_PER_KEY = 256;

/** One value under one key. */
interface Entry<Value> {
  readonly value: Value;
  /** The next newer one of the key. */
  newer: Entry<Value> | undefined;
}

/** What is held under one key, oldest first. */
interface Line<Value> {
  count: number;
  oldest: Entry<Value> | undefined;
  newest: Entry<Value> | undefined;
}

/**
 * What happened lately, by key. Values are forgotten `keepMs` after their arrival: those of a key when it is used again, and all that was not used from one time
 * to the next at once, without being looked at. There is no timer, and a value costs the same however many there are.
 */
export class Recent<Value> {
  #keepMs: number;
  readonly #time: { readonly now: EpochMs };
  readonly #arrivalOf: (value: Value) => EpochMs;
  /** Nothing was added to a line that was not used. */
  readonly #lines: UsedLately<Line<Value>>;
  #mostPerKey = MOST_PER_KEY;
  /** When a value was added last. */
  #latest: EpochMs = -Infinity;

  /** `arrivalOf`: when a value was added. */
  constructor(keepMs: number, time: { readonly now: EpochMs }, arrivalOf: (value: Value) => EpochMs) {
    this.#keepMs = keepMs;
    this.#time = time;
    this.#arrivalOf = arrivalOf;
    this.#lines = new UsedLately(keepMs, time);
  }

  /** From now on values are kept for at least so long. */
  keepFor(ms: number): void {
    if (ms > this.#keepMs) this.#keepMs = ms;
    this.#lines.keepFor(ms);
  }

  /** So many rules use it from now on. */
  shareAmong(rules: number): void {
    this.#mostPerKey = rules * MOST_PER_KEY;
  }

  add(key: string, value: Value): void {
    this.#latest = Math.max(this.#latest, this.#arrivalOf(value));
    const entry: Entry<Value> = { value, newer: undefined };
    const line = this.#line(key);
    if (line === undefined) {
      this.#lines.set(key, { count: 1, oldest: entry, newest: entry });
      return;
    }
    if (line.count >= this.#mostPerKey) forgetOldest(line);
    if (line.newest === undefined) line.oldest = entry;
    else line.newest.newer = entry;
    line.newest = entry;
    line.count += 1;
  }

  /** How many values are held under the key. */
  count(key: string): number {
    return this.#line(key)?.count ?? 0;
  }

  /** Whether any value under the key passes. */
  some(key: string, passes: (value: Value) => boolean): boolean {
    for (let entry = this.#line(key)?.oldest; entry !== undefined; entry = entry.newer) if (passes(entry.value)) return true;
    return false;
  }

  /** What was added under any of the keys, in the order of arrival for each; a value under several keys comes once. A copy: what is done with a value may add another. */
  of(keys: readonly string[]): readonly Value[] {
    const first = keys[0];
    if (first === undefined || this.#latest < this.#since) return none;
    if (keys.length === 1) return this.#under(first);
    return [...new Set(keys.flatMap((key) => this.#under(key)))];
  }

  /** How many keys hold something, or held it a while ago. */
  get keys(): number {
    return this.#lines.size;
  }

  /** What was added before then is forgotten. */
  get #since(): EpochMs {
    return this.#time.now - this.#keepMs;
  }

  #under(key: string): readonly Value[] {
    const line = this.#line(key);
    if (line?.oldest === undefined) return none;
    const values = [line.oldest.value];
    for (let entry = line.oldest.newer; entry !== undefined; entry = entry.newer) values.push(entry.value);
    return values;
  }

  /** The line of a key, without what is too old. */
  #line(key: string): Line<Value> | undefined {
    const since = this.#since;
    if (this.#latest < since) return undefined;
    const line = this.#lines.get(key);
    if (line === undefined) return undefined;
    while (line.oldest !== undefined && this.#arrivalOf(line.oldest.value) < since) forgetOldest(line);
    return line;
  }
}

function forgetOldest<Value>(line: Line<Value>): void {
  const { oldest } = line;
  if (oldest === undefined) return;
  line.oldest = oldest.newer;
  if (line.oldest === undefined) line.newest = undefined;
  // One that is forgotten must not keep the next ones alive: the collector of young objects takes what an old one points to for used.
  oldest.newer = undefined;
  line.count -= 1;
}

const none: readonly never[] = [];
