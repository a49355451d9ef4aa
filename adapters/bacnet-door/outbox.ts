import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { pause } from '../../src/domain/clock.ts';

const retryAfterMs = 500;
const capacity = 10_000;

/** Signals on their way to the journal, in their order: one that the journal does not take is offered again until it does. */
export class Outbox {
  readonly #host: AdapterHost;
  readonly #waiting: DeviceSignal[] = [];
  #put = 0;
  #journalled = 0;
  #flushes: { readonly upTo: number; readonly resolve: () => void; readonly reject: (reason: Error) => void }[] = [];
  #draining = false;

  constructor(host: AdapterHost) {
    this.#host = host;
    host.signal.addEventListener('abort', () => this.#giveUp(), { once: true });
  }

  /** Set when a signal found no room: what is known of the device is then incomplete. */
  full = false;

  put(signal: DeviceSignal): void {
    if (this.#waiting.length >= capacity) {
      this.full = true;
      return;
    }
    this.#waiting.push(signal);
    this.#put += 1;
    if (!this.#draining) void this.#drain();
  }

  /** Resolves when all that was put until now is in the journal; rejects when the gateway stops before. */
  flushed(): Promise<void> {
    if (this.#journalled === this.#put) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#host.signal.aborted) reject(this.#host.signal.reason as Error);
      else this.#flushes.push({ upTo: this.#put, resolve, reject });
    });
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    const { signal, clock, log } = this.#host;
    for (let first = this.#waiting[0]; first !== undefined && !signal.aborted; first = this.#waiting[0]) {
      try {
        await this.#host.report(first);
        this.#waiting.shift();
        this.#journalled += 1;
        this.#settle();
      } catch (error) {
        log.warn({ err: error, waiting: this.#waiting.length }, 'the journal did not take a signal; it is offered again');
        await pause(clock, retryAfterMs, signal).catch(() => undefined);
      }
    }
    this.#draining = false;
  }

  #settle(): void {
    const done = this.#flushes.filter(({ upTo }) => upTo <= this.#journalled);
    this.#flushes = this.#flushes.filter(({ upTo }) => upTo > this.#journalled);
    for (const { resolve } of done) resolve();
  }

  #giveUp(): void {
    for (const { reject } of this.#flushes.splice(0)) reject(this.#host.signal.reason as Error);
  }
}
