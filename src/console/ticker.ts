import type { EpochMs } from '../domain/clock.ts';

/** One timer for everything on the screen that shows time, so that a passing second renders the ages and nothing else. */
export class Ticker {
  readonly #now: () => EpochMs;
  readonly #listeners = new Set<() => void>();
  #second: EpochMs;
  #timer: number | undefined;

  /** @param now the gateway's clock */
  constructor(now: () => EpochMs) {
    this.#now = now;
    this.#second = now();
  }

  /** The gateway's time at the last tick. */
  second = (): EpochMs => this.#second;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= window.setInterval(() => this.#tick(), 1000);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      window.clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };

  #tick(): void {
    this.#second = this.#now();
    for (const listener of this.#listeners) listener();
  }
}
