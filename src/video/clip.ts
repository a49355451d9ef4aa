import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EpochMs } from '../domain/clock.ts';
import { FRAGMENT_HEADER_BYTES, readFragmentHeader, setFragmentDecodeTime, setFragmentSequence, withUnitsInFront } from './fmp4/fragment.ts';
import { allowSetsInBand, sampleFormat, setsInBand } from './fmp4/in-band.ts';
import { producerReferenceTime, readPictures } from './fmp4/read.ts';
import type { PastSource } from './past.ts';
import { TICKS_PER_SECOND } from './rtp/timeline.ts';
import { VideoError } from './video-error.ts';

const READ_BYTES = 1024 * 1024;

/** One MP4 file with a part of the past, for whoever asked for it; it is theirs to delete. */
export interface Clip {
  readonly path: string;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  /** When its first and last pictures were seen. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Of its largest picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** What is known of the pictures once they are written. */
interface Written {
  from: EpochMs;
  to: EpochMs;
  width: number;
  height: number;
  /** The initialisation segments that pictures need, by the number of the first that needs them. */
  readonly inits: Map<number, Buffer>;
}

/**
 * Writes pictures into one file whose time begins at 0. Gaps stay gaps.
 * @returns undefined when there is no picture.
 * @throws VideoError `unsupported` when the camera changed its codec in that time: one file cannot hold both.
 */
export async function writeClip(directory: string, pictures: ReturnType<PastSource>): Promise<Clip | undefined> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${randomUUID()}.mp4`);
  const again = `${path}.again`;
  const written: Written = { from: 0, to: 0, width: 0, height: 0, inits: new Map() };
  let isKept = false;
  try {
    let sha256 = await write(path, film(pictures, written));
    const { inits, ...seen } = written;
    if (inits.size === 0) return undefined;
    if (inits.size > 1) {
      // That the parameter sets change is known when all is read, and the first of the film must already be different.
      sha256 = await write(again, withSetsInBand(path, inits));
      await rename(again, path);
    }
    isKept = true;
    return { path, bytes: (await stat(path)).size, sha256, ...seen };
  } finally {
    await rm(again, { force: true });
    if (!isKept) await rm(path, { force: true });
  }
}

/** @returns the file's SHA-256, in hexadecimal. */
async function write(path: string, pieces: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const piece of pieces) {
      hash.update(piece);
      yield piece;
    }
  }
  await pipeline(Readable.from(hashed()), createWriteStream(path, { flags: 'wx' }));
  return hash.digest('hex');
}

async function* film(pictures: ReturnType<PastSource>, written: Written): AsyncGenerator<Buffer> {
  let init: Buffer | undefined;
  let sequence = 0;
  for await (const { stream, fragment, at } of pictures) {
    sequence += 1;
    if (init === undefined) {
      written.from = at;
      yield Buffer.concat([stream.init, producerReferenceTime(at)]);
    } else if (sampleFormat(init) !== sampleFormat(stream.init)) {
      throw new VideoError('unsupported', `the camera changed its codec at ${new Date(at).toISOString()}: ask for the time before or after that`);
    }
    if (init?.equals(stream.init) !== true) {
      init = stream.init;
      written.inits.set(sequence, init);
      if (stream.width * stream.height > written.width * written.height) Object.assign(written, { width: stream.width, height: stream.height });
    }
    written.to = at;
    const header = Buffer.from(fragment.subarray(0, FRAGMENT_HEADER_BYTES));
    setFragmentSequence(header, sequence);
    setFragmentDecodeTime(header, Math.round(((at - written.from) / 1000) * TICKS_PER_SECOND));
    yield Buffer.concat([header, fragment.subarray(FRAGMENT_HEADER_BYTES)]);
  }
}

/** The film once more, with the parameter sets that it needs in each of its key frames. */
async function* withSetsInBand(path: string, inits: ReadonlyMap<number, Buffer>): AsyncGenerator<Buffer> {
  let sequence = 0;
  let sets: Buffer = Buffer.alloc(0);
  for await (const { file, fragment } of readPictures(createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>)) {
    sequence += 1;
    if (sequence === 1) yield Buffer.concat([allowSetsInBand(file.init), producerReferenceTime(file.epochAtZero)]);
    const init = inits.get(sequence);
    if (init !== undefined) sets = setsInBand(init);
    yield readFragmentHeader(fragment).key ? withUnitsInFront(fragment, sets) : fragment;
  }
}
