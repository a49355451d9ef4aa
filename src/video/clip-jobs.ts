import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { Clip } from './clip.ts';
import type { FfmpegOptions } from './ffmpeg.ts';
import { burnIn, contactSheet } from './marking.ts';
import type { Video } from './video.ts';
import { VideoError } from './video-error.ts';

/** What waits beyond this is refused, and the oldest of what is done is given up for another. */
const MOST_WAITING = 16;
const MOST_KEPT = 16;
const KEPT_MS = 15 * 60_000;
const LIMIT_MS = 10 * 60_000;

export interface ClipWish {
  readonly camera: PointId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** As it was kept, with name and time written into the pictures, or as one JPEG with so many pictures. */
  readonly form: 'plain' | 'marked' | { readonly sheetOf: number };
  /** Who wants it. */
  readonly by: string;
  readonly incident?: string;
}

interface Outcome {
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  /** When its first and last pictures were seen. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export interface ClipJob extends ClipWish {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  /** From 0 to 1. */
  readonly progress: number;
  /** Why it failed, in a sentence. */
  readonly reason?: string;
  readonly made?: Outcome;
}

interface Kept {
  job: ClipJob;
  readonly ending: AbortController;
  cancelExpiry: () => void;
}

export interface ClipJobsOptions {
  readonly video: Pick<Video, 'clip'>;
  readonly dataDir: string;
  readonly cameraName: (camera: PointId) => string;
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called once for each one that is done. */
  readonly done: (job: ClipJob) => void;
}

/** Exports, one at a time: what many people ask for at once must not take the machine from the pictures of now. */
export class ClipJobs {
  readonly #options: ClipJobsOptions;
  readonly #directory: string;
  /** In the order in which they were asked for. */
  readonly #jobs = new Map<string, Kept>();
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: ClipJobsOptions) {
    this.#options = options;
    this.#directory = join(options.dataDir, 'clips');
  }

  /** @throws VideoError when too many wait. */
  add(wish: ClipWish): ClipJob {
    const waiting = [...this.#jobs.values()].filter(({ job }) => job.state === 'waiting').length;
    if (waiting >= MOST_WAITING) throw new VideoError('unsupported', 'too many exports are waiting: ask again when some are done');
    const id = randomUUID();
    const kept: Kept = { job: { ...wish, id, state: 'waiting', progress: 0 }, ending: new AbortController(), cancelExpiry: () => undefined };
    this.#jobs.set(id, kept);
    this.#next();
    return kept.job;
  }

  get(id: string): ClipJob | undefined {
    return this.#jobs.get(id)?.job;
  }

  /** Those that are known, oldest first. */
  list(): ClipJob[] {
    return [...this.#jobs.values()].map(({ job }) => job);
  }

  /** Ends one that waits or runs, and deletes the file of one that is done. */
  cancel(id: string): ClipJob | undefined {
    const kept = this.#jobs.get(id);
    if (kept === undefined) return undefined;
    kept.ending.abort();
    if (kept.job.state === 'waiting') this.#settle(kept, { state: 'cancelled' });
    if (kept.job.state === 'done') void this.#forget(id);
    return kept.job;
  }

  /** The path of one that is done. */
  path(id: string): string | undefined {
    const job = this.get(id);
    return job?.state === 'done' ? join(this.#directory, fileOf(job)) : undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { ending, cancelExpiry } of this.#jobs.values()) {
      ending.abort();
      cancelExpiry();
    }
    await this.#running;
    await Promise.all([...this.#jobs.keys()].map((id) => this.#forget(id)));
  }

  #next(): void {
    if (this.#running !== undefined || this.#closed) return;
    const kept = [...this.#jobs.values()].find(({ job }) => job.state === 'waiting');
    if (kept === undefined) return;
    this.#running = this.#run(kept).finally(() => {
      this.#running = undefined;
      this.#next();
    });
  }

  async #run(kept: Kept): Promise<void> {
    const { camera, from, to } = kept.job;
    kept.job = { ...kept.job, state: 'running' };
    const own = `${kept.job.id}.work`;
    try {
      const clip = await this.#options.video.clip(camera, from, to);
      if (clip === undefined) throw new VideoError('unsupported', 'nothing of that time is kept');
      const output = fileOf(kept.job);
      try {
        kept.ending.signal.throwIfAborted();
        await mkdir(this.#directory, { recursive: true });
        await this.#make(kept, basename(clip.path), own, clip);
        await rename(join(this.#directory, kept.job.form === 'plain' ? basename(clip.path) : ownName(own, output)), join(this.#directory, output));
      } finally {
        await rm(clip.path, { force: true });
      }
      const path = join(this.#directory, output);
      const made = {
        bytes: (await stat(path)).size,
        sha256: kept.job.form === 'plain' ? clip.sha256 : await digest(path),
        from: clip.from,
        to: clip.to,
      };
      this.#settle(kept, { state: 'done', progress: 1, made });
      this.#options.done(kept.job);
    } catch (error) {
      const cancelled = kept.ending.signal.aborted;
      if (!cancelled && !(error instanceof VideoError)) this.#options.log.warn({ err: error, camera }, 'an export failed');
      this.#settle(kept, cancelled ? { state: 'cancelled' } : { state: 'failed', reason: error instanceof Error ? error.message : String(error) });
    } finally {
      for (const left of [ownName(own, '.mp4'), ownName(own, '.jpg')]) {
        for (const name of [left, `${left}.txt`]) await rm(join(this.#directory, name), { force: true });
      }
    }
  }

  async #make(kept: Kept, input: string, own: string, { from, to, width, height }: Clip): Promise<void> {
    const { form, camera } = kept.job;
    if (form === 'plain') return;
    const { clock, timeZone, cameraName } = this.#options;
    const seconds = (to - from) / 1000;
    const film = { input, output: ownName(own, fileOf(kept.job)), name: cameraName(camera), from, seconds, width, height };
    const options: FfmpegOptions = {
      clock,
      timeZone,
      directory: this.#directory,
      limitMs: LIMIT_MS,
      signal: kept.ending.signal,
      progress: (done) => (kept.job = { ...kept.job, progress: Math.min(0.99, done / Math.max(seconds, 0.1)) }),
    };
    if (form === 'marked') await burnIn(film, options);
    else await contactSheet(film, form.sheetOf, options);
  }

  #settle(kept: Kept, change: Partial<ClipJob>): void {
    kept.job = { ...kept.job, ...change };
    if (this.#closed) return;
    kept.cancelExpiry = this.#options.clock.after(KEPT_MS, () => void this.#forget(kept.job.id));
    const over = [...this.#jobs.values()].filter(({ job }) => job.state !== 'waiting' && job.state !== 'running');
    for (const { job } of over.slice(0, Math.max(0, over.length - MOST_KEPT))) void this.#forget(job.id);
  }

  async #forget(id: string): Promise<void> {
    const kept = this.#jobs.get(id);
    if (kept === undefined) return;
    this.#jobs.delete(id);
    kept.cancelExpiry();
    await rm(join(this.#directory, fileOf(kept.job)), { force: true });
  }
}

function fileOf({ id, form }: ClipJob): string {
  return `${id}.${typeof form === 'object' ? 'jpg' : 'mp4'}`;
}

/** ffmpeg tells the form of its output by the name's end. */
function ownName(own: string, output: string): string {
  return `${own}${output.slice(output.lastIndexOf('.'))}`;
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
