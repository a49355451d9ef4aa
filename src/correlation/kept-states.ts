import type { EpochMs } from '../domain/clock.ts';
import { ALLOWED_LATENESS_MS } from './context.ts';

/** Far longer than an event may be late: what is told after that of a time before the rest is taken for news. */
const KEPT_AT_REST_MS = 12 * ALLOWED_LATENESS_MS;

/**
 * What is known of states, by name. What is at rest is forgotten when it was not asked for a while: a site has many doors, and few of them move at a time. There is
 * no timer; what does not rest is carried on, and looked at once in that while.
 */
export class KeptStates<State> {
  readonly #time: { readonly now: EpochMs };
  readonly #isAtRest: (state: State) => boolean;
  #keepMs = KEPT_AT_REST_MS;
  /** What was asked for since `#turnedAt`, and what was before that. */
  #states = new Map<string, State>();
  #before = new Map<string, State>();
  #turnedAt: EpochMs = -Infinity;

  constructor(time: { readonly now: EpochMs }, isAtRest: (state: State) => boolean) {
    this.#time = time;
    this.#isAtRest = isAtRest;
  }

  /** What is at rest is known for at least so long. */
  keepFor(ms: number): void {
    this.#keepMs = Math.max(this.#keepMs, ms);
  }

  get(name: string): State | undefined {
    if (this.#time.now - this.#turnedAt > this.#keepMs) this.#turn();
    const state = this.#states.get(name);
    if (state !== undefined) return state;
    const before = this.#before.get(name);
    if (before !== undefined) this.#states.set(name, before);
    return before;
  }

  set(name: string, state: State): void {
    this.#states.set(name, state);
  }

  #turn(): void {
    const old = this.#before;
    this.#before = this.#states;
    this.#states = new Map();
    this.#turnedAt = this.#time.now;
    for (const [name, state] of old) if (!this.#isAtRest(state)) this.#before.set(name, state);
  }
}
