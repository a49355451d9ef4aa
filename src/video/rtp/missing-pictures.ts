import { MAX_STEP_TICKS } from './timeline.ts';

/**
 * Counts pictures of which not one packet came, from one key frame to the next: so many must lie between their times as between those of a group
 * that came whole. Between neighbours the times tell nothing, since B-frames go back and forth. Variable rates make it an estimate, which is never
 * more than the packets that are missing.
 */
export class MissingPictures {
  /** The time of the key frame, or of the very first picture, with which the count began. */
  #begins: number | undefined;
  #beganWithKey = false;
  #seen = 0;
  #lostPackets = 0;
  #last: number | undefined;
  /** How long a picture lasts: on average in the last group that came whole, and until there is one the least distance of two neighbours. */
  #pictureTicks: number | undefined;
  #leastStep = Infinity;

  /** So many packets are missing before the next picture, or in it. */
  lost(packets: number): void {
    this.#lostPackets += packets;
    this.#last = undefined;
  }

  /** The camera counts anew: what lies between tells nothing. */
  restart(): void {
    this.#begins = undefined;
    this.#last = undefined;
  }

  /** A picture is over, delivered or dropped. `key`: of those that were delivered. @returns how many never came, as far as is known by now. */
  over(timestamp: number, key: boolean): number {
    // The rest of a picture that the camera marked as over too early.
    if (timestamp === this.#last) return 0;
    const step = this.#last === undefined ? 0 : Math.abs((timestamp - this.#last) | 0);
    if (step > MAX_STEP_TICKS) this.restart();
    else if (step > 0) this.#leastStep = Math.min(this.#leastStep, step);
    this.#last = timestamp;
    const missing = key && this.#begins !== undefined ? this.#settle((timestamp - this.#begins) | 0) : 0;
    if (key || this.#begins === undefined) {
      this.#begins = timestamp;
      this.#beganWithKey = key;
      this.#seen = 0;
      this.#lostPackets = 0;
    }
    this.#seen += 1;
    return missing;
  }

  #settle(ticks: number): number {
    if (this.#lostPackets === 0) {
      if (this.#beganWithKey && ticks > 0) this.#pictureTicks = ticks / this.#seen;
      return 0;
    }
    const pictureTicks = this.#pictureTicks ?? this.#leastStep;
    return Math.max(0, Math.min(Math.round(ticks / pictureTicks) - this.#seen, this.#lostPackets));
  }
}
