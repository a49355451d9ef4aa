import { mkdir, open, readdir } from 'node:fs/promises';
import { createReadStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { CameraFeed } from './camera-feed.ts';
import { fileName, partPath, recordingOf } from './evidence-files.ts';
import { readPictures, readRecording } from './fmp4/read.ts';
import type { RecordedFile } from './fmp4/read.ts';
import { pastPicture } from './past.ts';
import type { PastPicture, PastSource } from './past.ts';
import { Recording } from './recording.ts';

export const BEFORE_ALARM_MS = 10_000;
/** As long as nobody has attended to the incident, its recording goes on up to the longest. */
export const AFTER_ALARM_MS = 30_000;
export const LONGEST_AFTER_ALARM_MS = 5 * 60_000;
/** A recording may begin up to a group of pictures before it must, and end a little after. */
const SLACK_MS = 60_000;
/** At 8 Mbit/s these write 32 MB a second. */
const MAX_RECORDINGS = 32;
const MAX_QUEUED = 256;
const READ_BYTES = 1024 * 1024;
/** Enough for the initialisation segment and the reference time behind it. */
const HEAD_BYTES = 4096;

interface Request {
  readonly incident: string;
  readonly feed: CameraFeed;
  readonly at: EpochMs;
  attended: boolean;
  /** Whether a recording that was begun may be there already, whose next part this is. */
  readonly resumes: boolean;
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
  readonly #recordings = new Map<string, { readonly recording: Recording; readonly at: EpochMs; readonly request: Request }>();
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

  /**
   * Begins to keep what `feed` saw and will see around `at`. Asking again for the same incident and camera changes nothing,
   * but `resumes` goes on after a recording that was cut off.
   */
  keep(incident: string, feed: CameraFeed, at: EpochMs, resumes = false): void {
    // An event may carry a time to come, by a device's wrong clock.
    this.#queue.push({ incident, feed, at: Math.min(at, this.#clock.now()), attended: false, resumes });
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

  /** The incident is attended to: its recordings end when the usual time is over. */
  attended(incident: string): void {
    for (const { recording, at, request } of this.#recordings.values()) if (request.incident === incident) recording.endAt(at + AFTER_ALARM_MS);
    for (const request of this.#queue) if (request.incident === incident) request.attended = true;
  }

  /** The recordings of a camera that may have something between two moments, in the order in which they begin. */
  async sources(camera: PointId, from: EpochMs, to: EpochMs): Promise<PastSource[]> {
    this.#scanned ??= this.#scan();
    await this.#scanned;
    const longest = BEFORE_ALARM_MS + LONGEST_AFTER_ALARM_MS + SLACK_MS;
    return [...this.#kept.values()]
      .filter((kept) => kept.camera === camera && kept.from <= to && kept.from + longest >= from)
      .sort((a, b) => a.from - b.from)
      .map((kept) => () => picturesOf(kept));
  }

  /** Ends all recordings with what there is. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.length = 0;
    const recordings = [...this.#recordings.values()];
    for (const { recording } of recordings) recording.end();
    await Promise.all(recordings.map(({ recording }) => recording.done));
  }

  #startQueued(): void {
    while (!this.#closed && this.#recordings.size < MAX_RECORDINGS) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      this.#start(request);
    }
  }

  #start(request: Request): void {
    const { incident, feed, at, attended, resumes } = request;
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
      to: at + (attended ? AFTER_ALARM_MS : LONGEST_AFTER_ALARM_MS),
      resumes,
      clock: this.#clock,
      log: this.#log,
      path,
      onPart: (part, from) => {
        if (part === 1) this.#kept.set(key, { camera: feed.camera, from, path });
      },
    });
    this.#recordings.set(key, { recording, at, request });
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

/** Part after part; a recording that was deleted meanwhile has none. */
async function* picturesOf({ path }: Kept): AsyncGenerator<PastPicture> {
  for (let part = 1; ; part += 1) {
    const chunks = createReadStream(path(part), { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
    try {
      for await (const { file, fragment } of readPictures(chunks)) yield pastPicture(file, fragment);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
  }
}
