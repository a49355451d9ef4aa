import type { EpochMs } from '../domain/clock.ts';

/**
 * Values by name. What was not used for a while is forgotten, all at once and without being looked at, unless it is to stay: that is carried on, and asked
 * about once in that while. There is no timer.
 */
export class UsedLately<Value> {
  readonly #time: { readonly now: EpochMs };
  readonly #stays: ((value: Value) => boolean) | undefined;
  #keepMs: number;
  /** What was used since `#turnedAt`, and what was used in the time before that. */
  #used = new Map<string, Value>();
  #before = new Map<string, Value>();
  #turnedAt: EpochMs = -Infinity;

  constructor(keepMs: number, time: { readonly now: EpochMs }, stays?: (value: Value) => boolean) {
    this.#keepMs = keepMs;
    this.#time = time;
    this.#stays = stays;
  }

  /** From now on everything is kept for at least so long after its use. */
  keepFor(ms: number): void {
    if (ms > this.#keepMs) this.#keepMs = ms;
  }

  /** How many are held, or were a while ago. */
  get size(): number {
    return this.#used.size + this.#before.size;
  }

  get(name: string): Value | undefined {
    if (this.#time.now - this.#turnedAt > this.#keepMs) this.#turn();
    return this.#used.get(name) ?? this.#usedAgain(name);
  }

  set(name: string, value: Value): void {
    this.#used.set(name, value);
  }

  #turn(): void {
    const old = this.#before;
    this.#before = this.#used;
    this.#used = new Map();
    this.#turnedAt = this.#time.now;
    if (this.#stays === undefined) return;
    for (const [name, value] of old) if (this.#stays(value)) this.#before.set(name, value);
  }

  #usedAgain(name: string): Value | undefined {
    const value = this.#before.get(name);
    if (value !== undefined) this.#used.set(name, value);
    return value;
  }
}
