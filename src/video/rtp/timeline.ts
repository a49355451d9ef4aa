import type { EpochMs } from '../../domain/clock.ts';

/** The RTP clock of all video (RFC 6184, 8.2.1), and the time scale of everything that is muxed. */
export const TICKS_PER_SECOND = 90_000;
const TICKS_PER_MS = TICKS_PER_SECOND / 1000;

/** The first picture of a camera stands here and not at 0, since B-frames are decoded before they are shown. */
const FIRST_TICKS = TICKS_PER_SECOND;
/** An RTP clock that moves further than this between two pictures has been set anew. */
export const MAX_STEP_TICKS = 10 * TICKS_PER_SECOND;
const MIN_STEP_TICKS = TICKS_PER_SECOND / 100;
/** How long arrivals are watched before the wall clock of the timeline is judged, and how far off it may be. */
const WATCH_TICKS = TICKS_PER_SECOND;
const MAX_ERROR_MS = 250;

/** The wall-clock time at `ticks` of a timeline. */
export function epochAt(epochAtZero: EpochMs, ticks: number): EpochMs {
  return epochAtZero + ticks / TICKS_PER_MS;
}

/**
 * One continuous line of time for a camera, across reconnects, wraps and jumps of its RTP clock.
 * A camera's clock is never quite ours; so that the error does not grow day by day, `epochAtZero` is corrected now and then instead of the pictures' times.
 */
export class Timeline {
  #epochAtZero: EpochMs | undefined;
  /** The last picture's time by the RTP clock and on the line; the former undefined while a session begins. */
  #lastRtp: number | undefined;
  #last = 0;
  #latest = 0;
  #watchedSince = 0;
  #leastDelayMs = Infinity;

  /** When zero of the line was, by our clock, as far as is known at present. */
  get epochAtZero(): EpochMs {
    return this.#epochAtZero ?? 0;
  }

  /** The latest picture's time. */
  get latest(): number {
    return this.#latest;
  }

  /** The RTP clock starts at another number now. */
  startSession(): void {
    this.#lastRtp = undefined;
  }

  /** The time of a picture on the line, in ticks. Pictures come in the order in which they are decoded. */
  place(rtpTimestamp: number, arrivedAt: EpochMs): number {
    this.#epochAtZero ??= arrivedAt - FIRST_TICKS / TICKS_PER_MS;
    const step = this.#lastRtp === undefined ? undefined : (rtpTimestamp - this.#lastRtp) | 0;
    const continuous = step !== undefined && Math.abs(step) <= MAX_STEP_TICKS;
    const ticks = continuous ? this.#last + step : this.#anchor(arrivedAt);
    this.#lastRtp = rtpTimestamp;
    this.#last = ticks;
    this.#latest = Math.max(this.#latest, ticks);
    const delayMs = arrivedAt - epochAt(this.#epochAtZero, ticks);
    this.#leastDelayMs = Math.min(this.#leastDelayMs, delayMs);
    return ticks;
  }

  /**
   * Judges the line's wall clock by the picture that came with the least delay, and corrects it if need be.
   * @returns whether `epochAtZero` has changed. To be called between two groups of pictures.
   */
  correct(): boolean {
    if (this.#latest - this.#watchedSince < WATCH_TICKS) return false;
    const error = this.#leastDelayMs;
    this.#watchedSince = this.#latest;
    this.#leastDelayMs = Infinity;
    if (this.#epochAtZero === undefined || !Number.isFinite(error) || Math.abs(error) <= MAX_ERROR_MS) return false;
    this.#epochAtZero += error;
    return true;
  }

  /** Where a picture goes whose RTP time says nothing: at its arrival, but after everything before it. */
  #anchor(arrivedAt: EpochMs): number {
    this.#leastDelayMs = Infinity;
    this.#watchedSince = this.#latest;
    const arrived = Math.round((arrivedAt - this.epochAtZero) * TICKS_PER_MS);
    return this.#latest === 0 ? arrived : Math.max(arrived, this.#latest + MIN_STEP_TICKS);
  }
}

/**
 * Gives decoding times to pictures that carry only the time at which they are shown. With B-frames these go up and down;
 * the n-th decoding time is the n-th smallest showing time, `reorderDepth` pictures earlier.
 */
export class DecodeTimes {
  #depth = 0;
  #wanted = 0;
  #waiting: number[] = [];
  #recent: number[] = [];
  #last: number;

  /** `after`: a time on the line that is in use already. */
  constructor(after = -1) {
    this.#last = after;
  }

  /** The depth that the parameter sets announce; it may prove to be too small. */
  announce(reorderDepth: number): void {
    this.#wanted = Math.max(this.#wanted, reorderDepth);
  }

  /** The decoding time of the next picture, always later than the one before. `pictureTicks`: how long a picture lasts, about. */
  next(showAt: number, key: boolean, pictureTicks: number): number {
    if (key) {
      this.#recent = [];
      if (this.#wanted !== this.#depth) {
        this.#depth = this.#wanted;
        this.#waiting = [];
      }
    }
    // How many pictures came before this one although they are shown later: the depth that the stream really has.
    this.#wanted = Math.max(this.#wanted, this.#recent.filter((each) => each > showAt).length);
    this.#recent = [...this.#recent.slice(-15), showAt];

    this.#waiting.push(showAt);
    this.#waiting.sort((a, b) => a - b);
    const smallest = this.#waiting[0] ?? showAt;
    const missing = this.#depth + 1 - this.#waiting.length;
    if (missing <= 0) this.#waiting.shift();
    const decodeAt = Math.max(smallest - Math.max(missing, 0) * pictureTicks, this.#last + 1);
    this.#last = decodeAt;
    return decodeAt;
  }
}
