import type { Clock, EpochMs } from '../../src/domain/clock.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now: EpochMs;
  #waiting: { due: EpochMs; action: () => void }[] = [];

  constructor(start: EpochMs = Date.UTC(2026, 0, 15, 12, 0, 0)) {
    this.#now = start;
  }

  now = (): EpochMs => this.#now;
  monotonicMs = (): number => this.#now;

  after = (delayMs: number, action: () => void): (() => void) => {
    const entry = { due: this.#now + delayMs, action };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== entry);
    };
  };

  /** Moves the clock, calling what falls due on the way in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#waiting.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.due);
      next.action();
    }
    this.#now = end;
  }

  /** How many timers wait; 0 shows that nothing was left behind. */
  get waiting(): number {
    return this.#waiting.length;
  }
}
