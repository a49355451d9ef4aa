import type { EpochMs } from '../domain/clock.ts';

/** Enough for every event of one key in one window; beyond it the oldest are forgotten. */
export const MOST_PER_KEY = 256;

/** So many entries may be too old, and as many again as there are young ones and keys, before all keys are looked through. */
const FEW_OLD = 1024;

/** One value under one key. */
interface Entry<Value> {
  readonly value: Value;
  readonly arrivedAt: EpochMs;
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
 * What happened lately, by key. Entries are forgotten `keepMs` after their arrival: those of a key when it is used again, all others before they are many more
 * than those which are young. There is no timer, and each entry costs the same however many there are.
 */
export class Recent<Value> {
  #keepMs: number;
  readonly #time: { readonly now: EpochMs };
  readonly #lines = new Map<string, Line<Value>>();
  #size = 0;
  /** With so many entries all lines are looked through. */
  #full = FEW_OLD;

  constructor(keepMs: number, time: { readonly now: EpochMs }) {
    this.#keepMs = keepMs;
    this.#time = time;
  }

  /** From now on entries are kept for at least so long. */
  keepFor(ms: number): void {
    if (ms > this.#keepMs) this.#keepMs = ms;
  }

  add(key: string, value: Value): void {
    if (this.#size >= this.#full) this.#forgetAllOld();
    const entry: Entry<Value> = { value, arrivedAt: this.#time.now, newer: undefined };
    const line = this.#line(key);
    this.#size += 1;
    if (line === undefined) {
      this.#lines.set(key, { count: 1, oldest: entry, newest: entry });
      return;
    }
    if (line.count >= MOST_PER_KEY) this.#forgetOldest(line);
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
    if (first === undefined || this.#size === 0) return none;
    if (keys.length === 1) return this.#under(first);
    return [...new Set(keys.flatMap((key) => this.#under(key)))];
  }

  /** How many entries are held, those included that are too old and not yet forgotten. */
  get size(): number {
    return this.#size;
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
    const line = this.#lines.get(key);
    if (line !== undefined) this.#forgetOld(line);
    return line;
  }

  #forgetOld(line: Line<Value>): void {
    const since = this.#time.now - this.#keepMs;
    while (line.oldest !== undefined && line.oldest.arrivedAt < since) this.#forgetOldest(line);
  }

  #forgetOldest(line: Line<Value>): void {
    const { oldest } = line;
    if (oldest === undefined) return;
    line.oldest = oldest.newer;
    if (line.oldest === undefined) line.newest = undefined;
    // One that is forgotten must not keep the next ones alive: the collector of young objects takes what an old one points to for used.
    oldest.newer = undefined;
    line.count -= 1;
    this.#size -= 1;
  }

  #forgetAllOld(): void {
    for (const [key, line] of this.#lines) {
      this.#forgetOld(line);
      if (line.count === 0) this.#lines.delete(key);
    }
    this.#full = FEW_OLD + 2 * (this.#size + this.#lines.size);
  }
}

const none: readonly never[] = [];
