import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const PICTURES_PER_SECOND = 25;
export const PICTURE_MS = 1000 / PICTURES_PER_SECOND;
/** A film of this many pictures is repeated, so that the number of a picture in it fits into the marks. */
export const FILM_PICTURES = 250;
/** The number of each picture, in binary, lowest bit first, as squares of this size in its upper left corner. */
export const MARKS = 8;
export const MARK_PIXELS = 32;

export interface FootageOptions {
  readonly width: number;
  readonly height: number;
  readonly kbps: number;
  readonly groupSeconds: number;
}

/** Ten seconds of moving picture in H.264; each picture is what belongs together in decoding order, without B-frames. */
export async function makeFootage({ width, height, kbps, groupSeconds }: FootageOptions): Promise<readonly (readonly Buffer[])[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-footage-'));
  try {
    const path = join(folder, 'film.h264');
    const marks = Array.from({ length: MARKS }, (_, bit) => {
      const square = `x=${bit * MARK_PIXELS}:y=0:w=${MARK_PIXELS}:h=${MARK_PIXELS}:t=fill`;
      return `drawbox=${square}:color=black,drawbox=${square}:color=white:enable='mod(floor(n/${2 ** bit})\\,2)'`;
    });
    // A camera's picture is noisy: without that the encoder would not need the bits.
    const graph = [`testsrc2=size=${width}x${height}:rate=${PICTURES_PER_SECOND}`, 'noise=alls=12:allf=t', ...marks, 'format=yuv420p'].join(',');
    const group = groupSeconds * PICTURES_PER_SECOND;
    await run('ffmpeg', [
      ...['-v', 'error', '-f', 'lavfi', '-i', graph, '-frames:v', String(FILM_PICTURES)],
      ...[
        '-c:v',
        'libx264',
        '-preset',
        'veryfast',
        '-profile:v',
        'high',
        '-bf',
        '0',
        '-b:v',
        `${kbps}k`,
        '-maxrate',
        `${kbps}k`,
        '-bufsize',
        `${kbps}k`,
      ],
      ...['-g', String(group), '-keyint_min', String(group), '-x264-params', 'scenecut=0:slices=1:repeat-headers=1', '-f', 'h264', path],
    ]);
    return picturesOf(await readFile(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The NAL units of each picture of an Annex B stream with one slice a picture. */
function picturesOf(bytes: Buffer): Buffer[][] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at >= 0; at = bytes.indexOf('000001', at + 3, 'hex')) starts.push(at + 3);
  const pictures: Buffer[][] = [];
  let units: Buffer[] = [];
  starts.forEach((start, index) => {
    let end = (starts[index + 1] ?? bytes.length + 3) - 3;
    while (end > start && bytes[end - 1] === 0) end -= 1;
    const unit = bytes.subarray(start, end);
    units.push(unit);
    const type = (unit[0] ?? 0) & 0x1f;
    if (type !== 1 && type !== 5) return;
    pictures.push(units);
    units = [];
  });
  return pictures;
}
