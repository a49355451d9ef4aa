import { mkdir, open, readFile, readdir } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { CameraFeed } from './camera-feed.ts';
import { fileName, partPath, recordingOf } from './evidence-files.ts';
import { readFragmentHeader } from './fmp4/fragment.ts';
import { readRecording } from './fmp4/read.ts';
import type { RecordedFile } from './fmp4/read.ts';
import { Recording } from './recording.ts';
import { epochAt } from './rtp/timeline.ts';
import type { Piece } from './viewer.ts';

export const BEFORE_ALARM_MS = 10_000;
export const AFTER_ALARM_MS = 20_000;
/** At 8 Mbit/s these write 32 MB a second. */
const MAX_RECORDINGS = 32;
const MAX_QUEUED = 256;
/** Enough for the initialisation segment and the reference time behind it. */
const HEAD_BYTES = 4096;

interface Request {
  readonly incident: string;
  readonly feed: CameraFeed;
  readonly at: EpochMs;
}

interface Kept {
  readonly camera: PointId;
  readonly from: EpochMs;
  /** Path of each part, in order. */
  readonly path: (part: number) => string;
}

/** Keeps what cameras saw around an alarm, as `<directory>/<incident>/<camera>.mp4`, so that it can be seen after the ring has moved on. */
export class Evidence {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #recordings = new Map<string, Recording>();
  readonly #queue: Request[] = [];
  /** By the path of their first part. */
  readonly #kept = new Map<string, Kept>();
  #scanned: Promise<void> | undefined;
  #closed = false;

  constructor(directory: string, clock: Clock, log: Logger) {
    this.#directory = directory;
    this.#clock = clock;
    this.#log = log;
  }

  /** Begins to keep what `feed` saw and will see around `at`. Asking again for the same incident and camera changes nothing. */
  keep(incident: string, feed: CameraFeed, at: EpochMs): void {
    // An event may carry a time to come, by a device's wrong clock.
    this.#queue.push({ incident, feed, at: Math.min(at, this.#clock.now()) });
    if (this.#queue.length > MAX_QUEUED) {
      this.#queue.shift();
      this.#log.warn('a recording of an alarm was left out: too many at a time');
    }
    this.#startQueued();
  }

  /** The path of a kept recording, or of one that is being made. */
  path(incident: string, camera: PointId): Promise<string | undefined> {
    return recordingOf(this.#directory, incident, camera);
  }

  /** What is kept of a camera between two moments; of several recordings the one that begins next to `from`. Empty when there is none. */
  async find(camera: PointId, from: EpochMs, to: EpochMs): Promise<readonly Piece[]> {
    this.#scanned ??= this.#scan();
    await this.#scanned;
    const length = BEFORE_ALARM_MS + AFTER_ALARM_MS;
    const candidates = [...this.#kept.values()].filter((kept) => kept.camera === camera && kept.from <= to && kept.from + 2 * length >= from);
    candidates.sort((a, b) => Math.abs(a.from - from) - Math.abs(b.from - from));
    for (const kept of candidates) {
      const pieces = (await readParts(kept)).flatMap((file) => cut(file, from, to));
      if (pieces.length > 0) return pieces;
    }
    return [];
  }

  /** Ends all recordings with what there is. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.length = 0;
    const recordings = [...this.#recordings.values()];
    for (const recording of recordings) recording.end();
    await Promise.all(recordings.map(({ done }) => done));
  }

  #startQueued(): void {
    while (!this.#closed && this.#recordings.size < MAX_RECORDINGS) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      this.#start(request);
    }
  }

  #start({ incident, feed, at }: Request): void {
    const path = (part: number) => partPath(this.#directory, incident, feed.camera, part);
    const key = path(1);
    if (this.#recordings.has(key)) return;
    try {
      mkdirSync(join(this.#directory, fileName(incident)), { recursive: true });
    } catch (error) {
      this.#log.error({ err: error }, 'no recording of an alarm can be kept: check the data directory');
      return;
    }
    const recording = new Recording({
      feed,
      from: at - BEFORE_ALARM_MS,
      to: at + AFTER_ALARM_MS,
      clock: this.#clock,
      log: this.#log,
      path,
      onPart: (part, from) => {
        if (part === 1) this.#kept.set(key, { camera: feed.camera, from, path });
      },
    });
    this.#recordings.set(key, recording);
    void recording.done.then(() => {
      this.#recordings.delete(key);
      this.#startQueued();
    });
  }

  /** Finds what was kept before the gateway was started. */
  async #scan(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    for (const incident of await readdir(this.#directory)) {
      const directory = join(this.#directory, incident);
      for (const name of await readdir(directory).catch(() => [])) {
        const stem = /^([^+]+)\.mp4$/.exec(name)?.[1];
        const path = (part: number) => join(directory, part === 1 ? name : `${stem}+${part}.mp4`);
        if (stem === undefined || this.#kept.has(path(1))) continue;
        const head = await readHead(path(1)).catch(() => undefined);
        if (head !== undefined) this.#kept.set(path(1), { camera: decodeURIComponent(stem), from: head.epochAtZero, path });
      }
    }
  }
}

async function readHead(path: string): Promise<RecordedFile | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return readRecording(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

async function readParts({ path }: Kept): Promise<RecordedFile[]> {
  const files: RecordedFile[] = [];
  for (let part = 1; ; part += 1) {
    const bytes = await readFile(path(part)).catch(() => undefined);
    if (bytes === undefined) return files;
    const file = readRecording(bytes);
    if (file !== undefined) files.push(file);
  }
}

/** From the key frame at or before `from`, or the first one, up to `to`. */
function cut(file: RecordedFile, from: EpochMs, to: EpochMs): Piece[] {
  const pictures = file.fragments.map((fragment) => {
    const { key, showAt } = readFragmentHeader(fragment);
    return { fragment, key, at: epochAt(file.epochAtZero, showAt) };
  });
  const end = pictures.findLast(({ at }) => at <= to);
  if (end === undefined || (pictures.at(-1)?.at ?? 0) < from) return [];
  const start = Math.max(
    0,
    pictures.findLastIndex(({ key, at }) => key && at <= from),
  );
  const fragments = pictures.slice(start, pictures.lastIndexOf(end) + 1).map(({ fragment }) => fragment);
  return fragments.length === 0 ? [] : [{ stream: file, fragments }];
}
