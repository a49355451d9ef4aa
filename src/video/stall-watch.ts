import type { Clock } from '../domain/clock.ts';
import { VideoError } from './video-error.ts';

const STALL_MS = 3_000;
const KEY_FRAME_LIMIT_MS = 30_000;

/** Looks after one session: pictures only note their time, and one timer judges. */
export class StallWatch {
  /** Rejects when no picture came for a while, or none that can be shown. */
  readonly stalled: Promise<never>;
  readonly #clock: Clock;
  readonly #hint: string;
  readonly #startedMs: number;
  #lastArrivalMs: number;
  #shown = false;
  #cancel: () => void = () => undefined;
  #fail: (reason: VideoError) => void = () => undefined;

  /** `hint`: what may be the reason, appended to the sentence. */
  constructor(clock: Clock, hint: string) {
    this.#clock = clock;
    this.#hint = hint;
    this.#startedMs = clock.monotonicMs();
    this.#lastArrivalMs = this.#startedMs;
    this.stalled = new Promise((_, reject) => (this.#fail = reject));
    this.stalled.catch(() => undefined);
    this.#look();
  }

  /** A picture came, usable or not. */
  arrived(): void {
    this.#lastArrivalMs = this.#clock.monotonicMs();
  }

  /** A picture came that can be shown. */
  shown(): void {
    this.#shown = true;
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    const silentMs = nowMs - this.#lastArrivalMs;
    const withoutKeyFrame = !this.#shown && nowMs - this.#startedMs >= KEY_FRAME_LIMIT_MS;
    if (silentMs >= STALL_MS) this.#fail(new VideoError('stalled', `no picture for ${STALL_MS / 1000} s${this.#hint}`));
    else if (withoutKeyFrame) this.#fail(new VideoError('stalled', `no key frame for ${KEY_FRAME_LIMIT_MS / 1000} s`));
    else this.#cancel = this.#clock.after(STALL_MS - silentMs, () => this.#look());
  }
}
