import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One access unit in decoding order, as ffmpeg made it. */
export interface FilmedPicture {
  readonly nals: readonly Buffer[];
  readonly key: boolean;
  /** When it is shown, in ticks of 1/90000 s. */
  readonly at: number;
}

export interface FilmOptions {
  readonly seconds: number;
  readonly size?: string;
  readonly groupSeconds?: number;
  readonly codec?: 'h264' | 'hevc';
  readonly bframes?: number;
  /** More arguments for the encoder. */
  readonly encoder?: readonly string[];
}

export const PICTURES_PER_SECOND = 25;
const made = new Map<string, Promise<FilmedPicture[]>>();

/** Footage made by ffmpeg, once for each set of options in this run. */
export function film(options: FilmOptions): Promise<FilmedPicture[]> {
  const key = JSON.stringify(options);
  const known = made.get(key) ?? make(options);
  made.set(key, known);
  return known;
}

async function make({
  seconds,
  size = '320x180',
  groupSeconds = 1,
  codec = 'h264',
  bframes = 0,
  encoder = [],
}: FilmOptions): Promise<FilmedPicture[]> {
  return inTemporaryDirectory(async (directory) => {
    const mp4 = join(directory, 'film.mp4');
    const raw = join(directory, 'film.raw');
    const group = String(groupSeconds * PICTURES_PER_SECOND);
    const source = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${PICTURES_PER_SECOND}`, '-t', String(seconds), '-pix_fmt', 'yuv420p'];
    const library = codec === 'h264' ? 'libx264' : 'libx265';
    const quiet =
      codec === 'hevc'
        ? ['-x265-params', `log-level=error:keyint=${group}:min-keyint=${group}:scenecut=0:bframes=${bframes}`]
        : ['-g', group, '-keyint_min', group, '-bf', String(bframes)];
    await run('ffmpeg', ['-v', 'error', ...source, '-c:v', library, '-preset', 'ultrafast', '-sc_threshold', '0', ...quiet, ...encoder, mp4]);
    await run('ffmpeg', ['-v', 'error', '-i', mp4, '-c', 'copy', '-bsf:v', `${codec}_mp4toannexb`, '-f', codec, raw]);
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', mp4]);
    const times = stdout
      .trim()
      .split('\n')
      .map((line) => Math.round(parseFloat(line) * 90_000));
    return accessUnits(splitAnnexB(await readFile(raw)), codec, times);
  });
}

/** NAL units between start codes (H.264, annex B). */
function splitAnnexB(bytes: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf('000001', 0, 'hex'); at >= 0; at = bytes.indexOf('000001', at + 3, 'hex')) starts.push(at + 3);
  return starts.map((start, i) => {
    let end = (starts[i + 1] ?? bytes.length + 3) - 3;
    while (end > start && bytes[end - 1] === 0) end -= 1;
    return bytes.subarray(start, end);
  });
}

function accessUnits(nals: readonly Buffer[], codec: 'h264' | 'hevc', times: readonly number[]): FilmedPicture[] {
  const pictures: { nals: Buffer[]; key: boolean; at: number }[] = [];
  let leading: Buffer[] = [];
  for (const nal of nals) {
    const type = codec === 'h264' ? nal[0]! & 0x1f : (nal[0]! >> 1) & 0x3f;
    const isSlice = codec === 'h264' ? type === 1 || type === 5 : type < 32;
    const isFirst = (nal[codec === 'h264' ? 1 : 2]! & 0x80) !== 0;
    const key = codec === 'h264' ? type === 5 : type >= 16 && type <= 23;
    if (!isSlice) leading.push(nal);
    else if (isFirst) {
      pictures.push({ nals: [...leading, nal], key, at: times[pictures.length]! });
      leading = [];
    } else pictures.at(-1)!.nals.push(nal);
  }
  return pictures;
}

/** What ffmpeg made of a film. */
export interface Decoded {
  readonly pictures: number;
  readonly width: number;
  readonly height: number;
  /** In seconds. */
  readonly showTimes: readonly number[];
}

/** Decodes a film strictly with ffmpeg and counts its pictures. Rejects on any error in it. */
export function decode(mp4: Buffer): Promise<Decoded> {
  return inTemporaryDirectory(async (directory) => {
    const path = join(directory, 'film.mp4');
    await writeFile(path, mp4);
    return decodeFile(path);
  });
}

/** The same of a file. */
export async function decodeFile(path: string): Promise<Decoded> {
  // One line for each decoded picture, with the times that are in the file.
  const output = ['-copyts', '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'framecrc', '-'];
  const { stdout, stderr } = await run('ffmpeg', ['-v', 'error', '-xerror', '-threads', '1', '-i', path, ...output], { maxBuffer: 16 * 1024 * 1024 });
  if (stderr !== '') throw new Error(`ffmpeg is not content: ${stderr}`);
  const tick = /^#tb 0: (\d+)\/(\d+)$/m.exec(stdout);
  const size = /^#dimensions 0: (\d+)x(\d+)$/m.exec(stdout);
  const shown = [...stdout.matchAll(/^0, *-?\d+, *(-?\d+),/gm)];
  if (tick === null || size === null) throw new Error('there is no picture in it');
  return {
    pictures: shown.length,
    width: Number(size[1]),
    height: Number(size[2]),
    showTimes: shown.map(([, at]) => (Number(at) * Number(tick[1])) / Number(tick[2])),
  };
}

export async function inTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-video-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
