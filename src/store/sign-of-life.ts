import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, EpochMs } from '../domain/clock.ts';

const FILE = 'gateway.alive';

/** An interval in which the gateway did not run. */
export interface Downtime {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Whether it was stopped as it should be; otherwise it was killed or the machine lost its power. */
  readonly stopped: boolean;
}

/**
 * Until when this gateway lived, for the next one: a file in the data folder whose time is moved on every second and whose content says whether the end was
 * meant. Nothing waits for the disk, so a loss of power may make the downtime seem some seconds longer than it was.
 */
export class SignOfLife {
  /** How long no gateway ran on this folder before this one; undefined for the first. */
  readonly downtime: Downtime | undefined;
  readonly #path: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock) {
    this.#path = join(folder, FILE);
    this.#clock = clock;
    const earlier = lastSign(this.#path);
    const to = clock.now();
    this.downtime = earlier && { from: Math.min(earlier.at, to), to, stopped: earlier.stopped };
  }

  /** This gateway lives from now. @throws when the file cannot be written. */
  start(): void {
    writeFileSync(this.#path, 'running\n');
    this.beat();
  }

  /** To be called every second. @throws when the file cannot be touched. */
  beat(): void {
    const seconds = this.#clock.now() / 1000;
    utimesSync(this.#path, seconds, seconds);
  }

  /** This end is meant. @throws when the file cannot be written. */
  stop(): void {
    writeFileSync(this.#path, 'stopped\n');
    this.beat();
  }
}

function lastSign(path: string): { at: EpochMs; stopped: boolean } | undefined {
  try {
    return { at: Math.round(statSync(path).mtimeMs), stopped: readFileSync(path, 'utf8') === 'stopped\n' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
