import type { Clock } from '../../src/domain/clock.ts';

/** Panels repeat after seconds, slow ones after minutes. What comes again later than this is no repeat. */
const repeatsWithinMs = 5 * 60_000;
const forgetAfterMs = 60 * 60_000;

/**
 * Keeps a repeat apart from a panel that was switched on again and counts from 0001 once more: the same account, sequence and
 * content is a repeat only while its copies follow one another. An alarm told twice is a nuisance; one dropped as a repeat is lost.
 */
export class RepeatKeys {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { at: number; generation: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The key to report under: `key` itself, until it comes again after a pause. */
  current(key: string): string {
    const now = this.#clock.monotonicMs();
    const last = this.#seen.get(key);
    const generation = last === undefined ? 0 : last.generation + (now - last.at > repeatsWithinMs ? 1 : 0);
    this.#seen.delete(key);
    this.#seen.set(key, { at: now, generation });
    this.#forget(now);
    return generation === 0 ? key : `${key}/${generation}`;
  }

  /** Entries stand in the order of their time, so only the front is looked at. */
  #forget(now: number): void {
    for (const [key, { at }] of this.#seen) {
      if (now - at < forgetAfterMs) return;
      this.#seen.delete(key);
    }
  }
}
