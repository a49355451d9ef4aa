import type { Clock, EpochMs } from '../domain/clock.ts';

const KEPT = 20;
const KEPT_BYTES = 1024;
const NOTICE_EVERY_MS = 60_000;

export interface MalformedFrame {
  readonly at: EpochMs;
  readonly reason: string;
  /** The start of the frame, as text or hexadecimal. */
  readonly frame: string;
}

/** Counts a device's malformed frames, keeps the latest for diagnosis, and says when a notice is due: at most once a minute. */
export class MalformedFrames {
  count = 0;
  readonly latest: MalformedFrame[] = [];
  readonly #clock: Clock;
  #noticedAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the kept frame when it is time to tell people about it. */
  add(frame: Uint8Array | string, reason: string): MalformedFrame | undefined {
    this.count += 1;
    const text = typeof frame === 'string' ? frame.slice(0, KEPT_BYTES) : Buffer.from(frame.subarray(0, KEPT_BYTES)).toString('hex');
    const kept = { at: this.#clock.now(), reason, frame: text };
    this.latest.push(kept);
    if (this.latest.length > KEPT) this.latest.shift();
    const now = this.#clock.monotonicMs();
    if (now - this.#noticedAt < NOTICE_EVERY_MS) return undefined;
    this.#noticedAt = now;
    return kept;
  }
}
