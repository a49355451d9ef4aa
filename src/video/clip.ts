import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { EpochMs } from '../domain/clock.ts';
import { FRAGMENT_HEADER_BYTES, setFragmentDecodeTime, setFragmentSequence } from './fmp4/fragment.ts';
import { producerReferenceTime } from './fmp4/read.ts';
import type { PastPicture } from './past.ts';
import { TICKS_PER_SECOND } from './rtp/timeline.ts';
import { VideoError } from './video-error.ts';

/** One MP4 file with a part of the past, for whoever asked for it; it is theirs to delete. */
export interface Clip {
  readonly path: string;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  /** When its first and last pictures were seen. */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * Writes pictures into one file whose time begins at 0. Gaps stay gaps.
 * @returns undefined when there is no picture.
 * @throws VideoError `unsupported` when the camera changed its picture in that time: one file cannot hold both.
 */
export async function writeClip(directory: string, pictures: AsyncIterable<PastPicture>): Promise<Clip | undefined> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${randomUUID()}.mp4`);
  const hash = createHash('sha256');
  const seen: { from?: EpochMs; to?: EpochMs } = {};
  try {
    await pipeline(Readable.from(chunks(pictures, seen, (bytes) => hash.update(bytes))), createWriteStream(path, { flags: 'wx' }));
    if (seen.from !== undefined && seen.to !== undefined) {
      return { path, bytes: (await stat(path)).size, sha256: hash.digest('hex'), from: seen.from, to: seen.to };
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  await rm(path, { force: true });
  return undefined;
}

async function* chunks(
  pictures: AsyncIterable<PastPicture>,
  seen: { from?: EpochMs; to?: EpochMs },
  written: (bytes: Buffer) => void,
): AsyncGenerator<Buffer> {
  let init: Buffer | undefined;
  let sequence = 0;
  for await (const { stream, fragment, at } of pictures) {
    const chunk: Buffer[] = [];
    if (init === undefined || seen.from === undefined) {
      init = stream.init;
      seen.from = at;
      chunk.push(init, producerReferenceTime(at));
    } else if (!init.equals(stream.init)) {
      throw new VideoError('unsupported', `the camera changed its picture at ${new Date(at).toISOString()}: ask for the time before or after that`);
    }
    seen.to = at;
    sequence += 1;
    const header = Buffer.from(fragment.subarray(0, FRAGMENT_HEADER_BYTES));
    setFragmentSequence(header, sequence);
    setFragmentDecodeTime(header, Math.round(((at - seen.from) / 1000) * TICKS_PER_SECOND));
    const bytes = Buffer.concat([...chunk, header, fragment.subarray(FRAGMENT_HEADER_BYTES)]);
    written(bytes);
    yield bytes;
  }
}
