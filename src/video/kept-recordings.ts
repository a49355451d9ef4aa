import { createReadStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import { readPictures, readRecording } from './fmp4/read.ts';
import { pastPicture } from './past.ts';
import type { PastPicture, PastSource } from './past.ts';
import type { RecordedPart } from './recording.ts';

const READ_BYTES = 1024 * 1024;
/** Enough for the initialisation segment and the reference time behind it. */
const HEAD_BYTES = 4096;

interface Kept extends RecordedPart {
  readonly camera: PointId;
}

/** The files of all recordings, those of before the gateway was started among them. */
export class KeptRecordings {
  readonly #directory: string;
  readonly #longestMs: number;
  readonly #kept: Kept[] = [];
  #scanned: Promise<void> | undefined;

  /** @param longestMs no recording is longer */
  constructor(directory: string, longestMs: number) {
    this.#directory = directory;
    this.#longestMs = longestMs;
  }

  /** A file was begun. */
  add(camera: PointId, { from, paths }: RecordedPart): void {
    this.#kept.push({ camera, from, paths });
  }

  /** The files of a camera that may have something between two moments, in the order in which they begin. */
  async sources(camera: PointId, from: EpochMs, to: EpochMs): Promise<PastSource[]> {
    this.#scanned ??= this.#scan();
    await this.#scanned;
    return this.#kept
      .filter((kept) => kept.camera === camera && kept.from <= to && kept.from + this.#longestMs >= from)
      .sort((a, b) => a.from - b.from)
      .map((kept) => () => picturesOf(kept));
  }

  async #scan(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    const known = new Set(this.#kept.flatMap(({ paths }) => paths));
    /** Those that several incidents share are one file. */
    const files = new Map<string, Kept>();
    for (const incident of await readdir(this.#directory)) {
      const directory = join(this.#directory, incident);
      for (const name of await readdir(directory).catch(() => [])) {
        const camera = /^([^+]+)(?:\+\d+)?\.mp4$/.exec(name)?.[1];
        const path = join(directory, name);
        if (camera === undefined || known.has(path)) continue;
        const head = await readHead(path).catch(() => undefined);
        if (head === undefined) continue;
        const file = files.get(head.file) ?? { camera: decodeURIComponent(camera), from: head.from, paths: [] };
        file.paths.push(path);
        files.set(head.file, file);
      }
    }
    this.#kept.push(...files.values());
  }
}

/** When the file begins, and what tells it from others whatever its path. */
async function readHead(path: string): Promise<{ readonly from: EpochMs; readonly file: string } | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const { dev, ino } = await file.stat({ bigint: true });
    const from = readRecording(buffer.subarray(0, bytesRead))?.epochAtZero;
    return from === undefined ? undefined : { from, file: `${dev}:${ino}` };
  } finally {
    await file.close();
  }
}

/** By the first of its paths that is still there; a recording that was deleted meanwhile has none. */
async function* picturesOf({ paths }: Kept): AsyncGenerator<PastPicture> {
  for (const path of paths) {
    const chunks = createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
    try {
      for await (const { file, fragment } of readPictures(chunks)) yield pastPicture(file, fragment);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
