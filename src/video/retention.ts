import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import { incidentOf } from './evidence-files.ts';

const SWEEP_MS = 10 * 60_000;
/** What was written to so lately may still be written to. */
const UNTOUCHED_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const DEFAULT_DAYS = 31;
const DEFAULT_GIGABYTES = 50;

export interface RetentionOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly evidenceDays?: number;
  readonly evidenceGigabytes?: number;
  /** Incidents whose recordings stay whatever their age and size: nobody has decided about them yet. */
  readonly isHeld?: (incident: string) => boolean;
}

interface Kept {
  readonly incident: string;
  readonly path: string;
  readonly bytes: number;
  readonly writtenAt: EpochMs;
}

/** Deletes what is kept of incidents when it is too old, and the oldest when it is too much; never what is held. */
export class Retention {
  readonly #directory: string;
  readonly #options: RetentionOptions;
  #cancel: () => void = () => undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  /** Looks at once, and then every ten minutes. `directory` has a folder for each incident. */
  constructor(directory: string, options: RetentionOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#sweepAgain();
  }

  /** Resolves when nothing is being deleted any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#sweeping;
  }

  #sweepAgain(): void {
    const { clock, log } = this.#options;
    this.#sweeping = this.#sweep()
      .catch((err: unknown) => log.error({ err }, 'old recordings could not be deleted: check the data directory'))
      .finally(() => {
        if (!this.#closed) this.#cancel = clock.after(SWEEP_MS, () => this.#sweepAgain());
      });
  }

  async #sweep(): Promise<void> {
    const { clock, log, evidenceDays = DEFAULT_DAYS, evidenceGigabytes = DEFAULT_GIGABYTES, isHeld = () => false } = this.#options;
    const all = (await this.#all()).sort((a, b) => a.writtenAt - b.writtenAt);
    let bytes = all.reduce((sum, each) => sum + each.bytes, 0);
    let deleted = 0;
    for (const { incident, path, bytes: own, writtenAt } of all) {
      const ageMs = clock.now() - writtenAt;
      const tooMuch = bytes > evidenceGigabytes * 2 ** 30;
      if (this.#closed || ageMs < UNTOUCHED_MS || (ageMs <= evidenceDays * DAY_MS && !tooMuch)) break;
      if (isHeld(incident)) continue;
      await rm(path, { recursive: true, force: true });
      bytes -= own;
      deleted += 1;
    }
    if (deleted > 0) log.info({ incidents: deleted }, 'old recordings were deleted');
  }

  async #all(): Promise<Kept[]> {
    const incidents = await readdir(this.#directory, { withFileTypes: true }).catch(() => []);
    const kept: Kept[] = [];
    for (const incident of incidents) {
      if (!incident.isDirectory()) continue;
      const path = join(this.#directory, incident.name);
      const files = await readdir(path).catch(() => []);
      const found = await Promise.all(files.map((name) => stat(join(path, name)).catch(() => undefined)));
      const stats = found.filter((each) => each !== undefined);
      kept.push({
        incident: incidentOf(incident.name),
        path,
        // What several incidents share is there once.
        bytes: stats.reduce((sum, { size, nlink }) => sum + size / Math.max(nlink, 1), 0),
        writtenAt: Math.max(0, ...stats.map(({ mtimeMs }) => mtimeMs)),
      });
    }
    return kept;
  }
}
