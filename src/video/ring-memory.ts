import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { CameraStatus } from './status.ts';

const LOOK_MS = 10_000;
/** It must be well below again before it is told a second time. */
const CLEAR_SHARE = 0.9;
const BYTES_PER_MEGABYTE = 1_000_000;

export interface RingMemoryOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly status: () => readonly CameraStatus[];
  /** What was computed for all rings from the rates that the site file tells. */
  readonly plannedMegabytes: number;
  /** What the site file allows. */
  readonly allowedMegabytes: number;
  /** Told once each time that it becomes too much, with a sentence for the log. */
  readonly tooMuch: (sentence: string) => void;
}

/** Compares the memory that the rings take with what was computed and with what is allowed: cameras may send more than the site file says. */
export class RingMemory {
  readonly #options: RingMemoryOptions;
  #told = false;
  #cancel: () => void = () => undefined;

  constructor(options: RingMemoryOptions) {
    this.#options = options;
    this.#look();
  }

  /** In bytes, of all cameras. */
  get figures(): { readonly planned: number; readonly allowed: number; readonly used: number } {
    const { status, plannedMegabytes, allowedMegabytes } = this.#options;
    const used = status().reduce((sum, { ringBytes }) => sum + ringBytes, 0);
    return { planned: plannedMegabytes * BYTES_PER_MEGABYTE, allowed: allowedMegabytes * BYTES_PER_MEGABYTE, used };
  }

  close(): void {
    this.#cancel();
  }

  #look(): void {
    const { clock, log, plannedMegabytes, allowedMegabytes, tooMuch } = this.#options;
    const { used, allowed } = this.figures;
    if (used > allowed && !this.#told) {
      this.#told = true;
      const usedMegabytes = Math.round(used / BYTES_PER_MEGABYTE);
      log.warn({ usedMegabytes, plannedMegabytes, allowedMegabytes }, 'the recent past of the cameras takes more memory than is allowed');
      tooMuch(
        `the recent past of the cameras takes ${usedMegabytes} MB; ${allowedMegabytes} MB are allowed and ${plannedMegabytes} MB were computed: the cameras send more than "video" in the site file says`,
      );
    } else if (used < CLEAR_SHARE * allowed) this.#told = false;
    this.#cancel = clock.after(LOOK_MS, () => this.#look());
  }
}
