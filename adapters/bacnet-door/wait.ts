import type { Clock } from '../../src/domain/clock.ts';

/** A wait that can be ended before its time. */
export class Wait {
  readonly #clock: Clock;
  #end: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after so many milliseconds, or when `end` is called; with Infinity only then. */
  for(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === Infinity ? () => undefined : this.#clock.after(ms, resolve);
      this.#end = () => {
        cancel();
        resolve();
      };
    });
  }

  end(): void {
    this.#end();
  }
}
