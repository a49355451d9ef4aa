import type { EpochMs } from '../domain/clock.ts';

/** Enough for every event of one key in one window; beyond it the oldest are forgotten. */
export const MOST_PER_KEY = 256;

/** So many lines may hold nothing. */
const FEW_EMPTY = 512;

/** One value under one key. */
interface Entry<Value> {
  readonly value: Value;
  readonly line: Line<Value>;
  /** The next newer one of the key. */
  newer: Entry<Value> | undefined;
  forgotten: boolean;
}

/** What is held under one key, oldest first. */
interface Line<Value> {
  count: number;
  oldest: Entry<Value> | undefined;
  newest: Entry<Value> | undefined;
}

/**
 * What happened lately, by key. Entries are forgotten `keepMs` after their arrival, oldest first, when others are added or looked for:
 * there is no timer, each entry costs the same however many there are, and nothing is held that is too old to be asked for.
 */
export class Recent<Value> {
  #keepMs: number;
  readonly #time: { readonly now: EpochMs };
  readonly #lines = new Map<string, Line<Value>>();
  /** Everything by arrival, and when that was; what stands before `#first` is forgotten. */
  #entries: Entry<Value>[] = [];
  #arrivals: EpochMs[] = [];
  #first = 0;
  /** How many lines hold nothing. */
  #empty = 0;

  constructor(keepMs: number, time: { readonly now: EpochMs }) {
    this.#keepMs = keepMs;
    this.#time = time;
  }

  /** From now on entries are kept for at least so long. */
  keepFor(ms: number): void {
    if (ms > this.#keepMs) this.#keepMs = ms;
  }

  add(key: string, value: Value): void {
    this.#forgetOld();
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { count: 0, oldest: undefined, newest: undefined };
      this.#lines.set(key, line);
      this.#empty += 1;
    } else if (line.count >= MOST_PER_KEY && line.oldest !== undefined) this.#forget(line.oldest);
    const entry: Entry<Value> = { value, line, newer: undefined, forgotten: false };
    if (line.newest === undefined) line.oldest = entry;
    else line.newest.newer = entry;
    if (line.count === 0) this.#empty -= 1;
    line.newest = entry;
    line.count += 1;
    this.#entries.push(entry);
    this.#arrivals.push(this.#time.now);
  }

  /** How many values are held under the key. */
  count(key: string): number {
    this.#forgetOld();
    return this.#lines.get(key)?.count ?? 0;
  }

  /** Whether any value under the key passes. */
  some(key: string, passes: (value: Value) => boolean): boolean {
    this.#forgetOld();
    for (let entry = this.#lines.get(key)?.oldest; entry !== undefined; entry = entry.newer) if (passes(entry.value)) return true;
    return false;
  }

  /** What was added under any of the keys, in the order of arrival for each; a value under several keys comes once. A copy: what is done with a value may add another. */
  of(keys: readonly string[]): readonly Value[] {
    this.#forgetOld();
    const [first] = keys;
    if (first === undefined || this.#lines.size === 0) return none;
    if (keys.length === 1) return this.#under(first);
    return [...new Set(keys.flatMap((key) => this.#under(key)))];
  }

  /** How many entries are held, those included that make room for newer ones of their key. */
  get size(): number {
    return this.#entries.length - this.#first;
  }

  #under(key: string): readonly Value[] {
    const line = this.#lines.get(key);
    if (line === undefined) return none;
    const values: Value[] = [];
    for (let entry = line.oldest; entry !== undefined; entry = entry.newer) values.push(entry.value);
    return values;
  }

  #forgetOld(): void {
    const oldest = this.#time.now - this.#keepMs;
    if (this.#first === this.#entries.length) return;
    for (let arrival = this.#arrivals[this.#first]; arrival !== undefined && arrival < oldest; arrival = this.#arrivals[this.#first]) {
      const entry = this.#entries[this.#first];
      if (entry?.forgotten === false) this.#forget(entry);
      this.#first += 1;
    }
    if (this.#first >= 64 && 2 * this.#first >= this.#entries.length) this.#close();
  }

  /** Gives back the places of what is forgotten, once it is half of them. */
  #close(): void {
    this.#entries = this.#entries.slice(this.#first);
    this.#arrivals = this.#arrivals.slice(this.#first);
    this.#first = 0;
  }

  /** `entry` is the oldest of its key. */
  #forget(entry: Entry<Value>): void {
    const { line } = entry;
    line.oldest = entry.newer;
    line.count -= 1;
    entry.forgotten = true;
    if (line.oldest === undefined) {
      line.newest = undefined;
      this.#emptied();
    }
  }

  /** The line of a key is kept for its next value, unless most of them are empty: a door opens again, a credential may never come back. */
  #emptied(): void {
    this.#empty += 1;
    if (this.#empty < FEW_EMPTY || 4 * this.#empty < 3 * this.#lines.size) return;
    for (const [key, { count }] of this.#lines) if (count === 0) this.#lines.delete(key);
    this.#empty = 0;
  }
}

const none: readonly never[] = [];
