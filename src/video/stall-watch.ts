import type { Clock } from '../domain/clock.ts';
import { VideoError } from './video-error.ts';

const STALL_MS = 3_000;
/** Before the first picture: some cameras let a client wait for their next key frame. */
const KEY_FRAME_LIMIT_MS = 30_000;
/** One key frame may be lost; with the second, and a half group more, it is no accident. */
const GROUPS_WITHOUT_PICTURE = 2.5;
/** However long the camera's groups of pictures are: a new session begins with a key frame. */
const LONGEST_WITHOUT_PICTURE_MS = 10_000;

/** Looks after one session: pictures only note their time, and one timer judges. */
export class StallWatch {
  /** Rejects when no picture came for a while, or none that can be shown. */
  readonly stalled: Promise<never>;
  readonly #clock: Clock;
  readonly #hint: string;
  readonly #startedMs: number;
  #lastArrivalMs: number;
  #lastShownMs: number | undefined;
  #lastKeyMs: number | undefined;
  /** From one key frame to the next, once two have come. */
  #groupMs = Infinity;
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
  shown(key: boolean): void {
    const nowMs = this.#clock.monotonicMs();
    this.#lastShownMs = nowMs;
    if (!key) return;
    if (this.#lastKeyMs !== undefined) this.#groupMs = nowMs - this.#lastKeyMs;
    this.#lastKeyMs = nowMs;
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    const silentMs = nowMs - this.#lastArrivalMs;
    const blindMs = nowMs - (this.#lastShownMs ?? this.#startedMs);
    const limitMs = this.#blindLimitMs();
    if (silentMs >= STALL_MS) this.#fail(new VideoError('stalled', `no picture for ${STALL_MS / 1000} s${this.#hint}`));
    else if (blindMs >= limitMs) this.#fail(new VideoError('stalled', this.#blind(limitMs)));
    else this.#cancel = this.#clock.after(Math.min(STALL_MS - silentMs, limitMs - blindMs), () => this.#look());
  }

  #blindLimitMs(): number {
    if (this.#lastShownMs === undefined) return KEY_FRAME_LIMIT_MS;
    return Math.max(STALL_MS, Math.min(GROUPS_WITHOUT_PICTURE * this.#groupMs, LONGEST_WITHOUT_PICTURE_MS));
  }

  #blind(limitMs: number): string {
    if (this.#lastShownMs === undefined) return `no key frame for ${KEY_FRAME_LIMIT_MS / 1000} s`;
    return `no whole picture for ${Math.round(limitMs / 1000)} s: parts of each are lost on the way`;
  }
}
