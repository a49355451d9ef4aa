const FIRST_MS = 1000;
const LONGEST_MS = 60_000;
/** Of the line's time, what probes in vain may take: others are then read 1/19, about 5 %, less often. */
const SHARE = 0.05;

interface Silent {
  dueAt: number;
  delayMs: number;
}

/**
 * When to try a silent unit again: ever less often, and never so often that all probes together take more than their share of the line's
 * time, however many units are silent and however long the time-out is. Times are those of a monotonic clock.
 */
export class ProbeSchedule {
  readonly #silent = new Map<number, Silent>();
  #freeAt = 0;

  /** The unit fell silent. */
  add(unit: number, now: number): void {
    this.#silent.set(unit, { dueAt: now + FIRST_MS, delayMs: FIRST_MS });
  }

  /** The unit that is to be tried now: of those that are due, the one that has waited longest. */
  due(now: number): number | undefined {
    if (now < this.#freeAt) return undefined;
    const due = [...this.#silent].filter(([, { dueAt }]) => dueAt <= now).sort(([, a], [, b]) => a.dueAt - b.dueAt);
    return due[0]?.[0];
  }

  /** A probe that took `tookMs` was in vain. */
  failed(unit: number, tookMs: number, now: number): void {
    this.#freeAt = now + tookMs * (1 / SHARE - 1);
    const silent = this.#silent.get(unit);
    if (silent === undefined) return;
    silent.delayMs = Math.min(2 * silent.delayMs, LONGEST_MS);
    silent.dueAt = now + silent.delayMs;
  }

  /** The unit answers. Those that fell silent with it may be back with it: they are tried at once, and at their old pace after that. */
  answered(unit: number, now: number): void {
    this.#silent.delete(unit);
    for (const silent of this.#silent.values()) silent.dueAt = Math.min(silent.dueAt, now);
  }
}
