import type { Clock } from '../../domain/clock.ts';

const BEAT_MS = 1000;

/**
 * Asks a thread every second whether it is alive. Misses are counted by beats, not by the clock: when the gateway itself was held up (or the machine
 * slept), it finds the answers before it asks again.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #ask: () => void;
  readonly #silent: () => void;
  readonly #mostMissed: number;
  #missed = 0;
  #cancel: () => void = () => undefined;

  /** `silent` is called once, when nothing was answered for `silentSeconds`. */
  constructor(clock: Clock, silentSeconds: number, ask: () => void, silent: () => void) {
    this.#clock = clock;
    this.#ask = ask;
    this.#silent = silent;
    this.#mostMissed = silentSeconds;
  }

  start(): void {
    this.#cancel = this.#clock.after(BEAT_MS, () => {
      this.#missed += 1;
      if (this.#missed > this.#mostMissed) {
        this.#silent();
        return;
      }
      this.#ask();
      this.start();
    });
  }

  answered(): void {
    this.#missed = 0;
  }

  stop(): void {
    this.#cancel();
  }
}
