import { randomUUID } from 'node:crypto';
import { pause } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { AdapterHost } from './contract.ts';

/** Signals that may wait for the journal: hours of a busy controller. */
export const OUTBOX_CAPACITY = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;
/** A round of many signals is work for the whole gateway: after it the outbox rests for this many times as long as it took. */
const REST_FACTOR = 4;
/** A disk that is merely slow must not keep a new alarm from being seen. */
const LONGEST_REST_MS = 1_000;

interface Waiting {
  readonly signal: DeviceSignal;
  readonly accepted: () => void;
  /** Its report was accepted; one in front of it was not. */
  taken: boolean;
}

interface Waiter {
  readonly upTo: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/**
 * Signals of one link on their way to the journal, for devices whose signals must keep their order. All that wait are reported in the same turn and so share
 * one commit: either all are taken, in order, or all are refused, and are seen all the same. Refused ones are offered again.
 */
export class Outbox {
  readonly #host: Pick<AdapterHost, 'report' | 'clock' | 'log'>;
  readonly #signal: AbortSignal;
  /** Unlike that of any other outbox, also of the same device's next link. */
  readonly #id = randomUUID();
  readonly #waiting: Waiting[] = [];
  #put = 0;
  #offered = 0;
  #journalled = 0;
  #isFull = false;
  #works = false;
  #refused = false;
  #wake: (() => void) | undefined;
  #untilOffered: Waiter[] = [];
  #untilJournalled: Waiter[] = [];

  /** `signal` aborts when the link is over; what waits then is not offered any more. */
  constructor(host: Pick<AdapterHost, 'report' | 'clock' | 'log'>, signal: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#giveUp(signal.reason as Error), { once: true });
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** From when a signal found no room, for good: what is known of the device is incomplete, and the link has to be given up. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** `accepted` is called when the signal and all before it are in the journal. */
  put(signal: DeviceSignal, accepted: () => void = () => undefined): void {
    if (this.#waiting.length >= OUTBOX_CAPACITY) this.#isFull = true;
    // One that is taken after another was left out would hide the gap.
    if (this.#isFull || this.#signal.aborted) return;
    this.#put += 1;
    this.#waiting.push({ signal: { ...signal, offerKey: `${this.#id} ${this.#put}` }, accepted, taken: false });
    this.#wake?.();
    if (!this.#works) void this.#work();
  }

  /** Resolves when all that was put until now has been offered, whether or not the journal took it; rejects when the link ends before or the outbox is full. */
  offered(): Promise<void> {
    return this.#until(this.#offered, this.#untilOffered);
  }

  /** Resolves when all that was put until now is in the journal; rejects when the link ends before or the outbox is full. */
  flushed(): Promise<void> {
    return this.#until(this.#journalled, this.#untilJournalled);
  }

  async #until(reached: number, waiters: Waiter[]): Promise<void> {
    if (this.#isFull) throw new Error(`${OUTBOX_CAPACITY} signals wait for the journal; the device is read anew`);
    this.#signal.throwIfAborted();
    if (reached === this.#put) return;
    await new Promise<void>((resolve, reject) => waiters.push({ upTo: this.#put, resolve, reject }));
  }

  async #work(): Promise<void> {
    this.#works = true;
    // What else is put in this turn goes with it.
    await Promise.resolve();
    for (let waitMs = FIRST_WAIT_MS; this.#waiting.length > 0 && !this.#signal.aborted;) {
      const { clock } = this.#host;
      const put = this.#put;
      const startedAt = clock.monotonicMs();
      if (await this.#offerAll()) {
        waitMs = FIRST_WAIT_MS;
        continue;
      }
      const restMs = Math.min(LONGEST_REST_MS, REST_FACTOR * (clock.monotonicMs() - startedAt));
      if (restMs > 0) await pause(clock, restMs, this.#signal).catch(() => undefined);
      if (this.#put > put) continue;
      await this.#untilPut(waitMs);
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
    }
    this.#works = false;
  }

  /** One round; false when anything was refused. */
  async #offerAll(): Promise<boolean> {
    const round = this.#waiting.filter(({ taken }) => !taken);
    const upTo = this.#put;
    const outcomes = await Promise.allSettled(round.map(({ signal }) => this.#host.report(signal)));
    outcomes.forEach(({ status }, at) => {
      const waiting = round[at];
      if (waiting !== undefined) waiting.taken = status === 'fulfilled';
    });
    const firstLeft = this.#waiting.findIndex(({ taken }) => !taken);
    const done = this.#waiting.splice(0, firstLeft < 0 ? this.#waiting.length : firstLeft);
    this.#journalled += done.length;
    for (const { accepted } of done) accepted();
    this.#offered = upTo;
    this.#untilOffered = settle(this.#untilOffered, this.#offered);
    this.#untilJournalled = settle(this.#untilJournalled, this.#journalled);
    const refusal = outcomes.find((each) => each.status === 'rejected');
    // Once, not in every round: the journal says for itself what is wrong with it.
    if (refusal !== undefined && !this.#refused && !this.#signal.aborted)
      this.#host.log.warn({ err: refusal.reason as Error }, 'the journal did not take what the device tells; it is offered again until it does');
    this.#refused = refusal !== undefined;
    return !this.#refused;
  }

  /** A new signal is offered at once, so that it is seen at once. */
  async #untilPut(waitMs: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await pause(this.#host.clock, waitMs, woken.signal).catch(() => undefined);
    this.#wake = undefined;
  }

  #giveUp(reason: Error): void {
    this.#wake?.();
    for (const { reject } of [...this.#untilOffered.splice(0), ...this.#untilJournalled.splice(0)]) reject(reason);
  }
}

/** Those who wait for more than has been reached. */
function settle(waiters: readonly Waiter[], reached: number): Waiter[] {
  for (const { resolve } of waiters.filter(({ upTo }) => upTo <= reached)) resolve();
  return waiters.filter(({ upTo }) => upTo > reached);
}
