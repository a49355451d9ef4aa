import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMs } from '../domain/clock.ts';
import { runFfmpeg } from './ffmpeg.ts';
import type { FfmpegOptions } from './ffmpeg.ts';

// What ffmpeg does with a clip. Names of people's choosing never stand among its arguments, where they could say something else: they are read from a file.

const FONT = 'font=DejaVu Sans';
const PLATE = 'fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=6';
const COLUMNS = 3;
const SHEET_PICTURE_WIDTH = 480;
/** Where the size of the pictures changes, ffmpeg would begin again with empty filters, and the encoder cannot take another size. */
const FILTERS_STAY = ['-reinit_filter', '0'];

export interface MarkedFilm {
  /** File names in the directory. */
  readonly input: string;
  readonly output: string;
  /** The camera's name. */
  readonly name: string;
  /** When the first picture was seen. */
  readonly from: EpochMs;
  readonly seconds: number;
  /** Of its largest picture, in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Writes the film again as H.264 with the camera's name and the time of each picture in it. */
export async function burnIn(film: MarkedFilm, options: FfmpegOptions): Promise<void> {
  const { input, output, name, from } = film;
  const label = await labelFile(output, name, options);
  const filter = [ofOneSize(film), `drawtext=${FONT}:textfile=${label}:expansion=none:x=12:y=12:fontsize=h/24:${PLATE}`, timeOf(from, 'h/24')].join(
    ',',
  );
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p', '-threads', '1'];
  await runFfmpeg([...FILTERS_STAY, '-i', input, '-an', '-vf', filter, ...encoder, '-movflags', '+faststart', output], options);
}

/** One JPEG with `pictures` pictures of the film, evenly spread, each with its time. */
export async function contactSheet(film: MarkedFilm, pictures: number, options: FfmpegOptions): Promise<void> {
  const { input, output, name, from, seconds } = film;
  const label = await labelFile(output, name, options);
  const rows = Math.ceil(pictures / COLUMNS);
  const filter = [
    ofOneSize(film),
    timeOf(from, 'h/14'),
    `fps=${pictures}/${Math.max(seconds, 0.1).toFixed(3)}:round=near`,
    `scale=${SHEET_PICTURE_WIDTH}:-2`,
    `tile=${COLUMNS}x${rows}:padding=4:margin=4:color=0x10161c`,
    'pad=iw:ih+40:0:40:color=0x10161c',
    `drawtext=${FONT}:textfile=${label}:expansion=none:x=10:y=10:fontsize=20:fontcolor=white`,
  ].join(',');
  await runFfmpeg([...FILTERS_STAY, '-i', input, '-an', '-vf', filter, '-frames:v', '1', '-q:v', '4', output], options);
}

async function labelFile(output: string, name: string, { directory }: FfmpegOptions): Promise<string> {
  const label = `${output}.txt`;
  await writeFile(join(directory, label), name);
  return label;
}

/** Pictures of another size are fitted into the largest, with bars where their shape is another. */
function ofOneSize({ width, height }: MarkedFilm): string {
  return `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1:eval=frame,setsar=1`;
}

function timeOf(from: EpochMs, size: string): string {
  const began = (from / 1000).toFixed(3);
  return `drawtext=${FONT}:text='%{pts\\:localtime\\:${began}\\:%F %T %Z}':x=12:y=h-th-12:fontsize=${size}:${PLATE}`;
}
