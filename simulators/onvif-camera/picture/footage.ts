import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BarPainter, barRows } from './bar.ts';
import { nalUnits } from './bits.ts';
import { framesPerLoop, framesPerSecond, motionRange, sceneGraph, sceneWidth } from './draw.ts';
import { ffmpeg, fontFile } from './ffmpeg.ts';
import { glyphSheetArguments, Lettering } from './glyphs.ts';
import type { SceneName } from './scenes.ts';
import { movedDown, tallerParameters } from './slices.ts';
import type { SliceIdentity, StreamParameters } from './slices.ts';
import { packetise } from '../rtsp/rtp-h264.ts';

/** One picture's scene, ready for the wire and shared by all cameras that show it. */
export interface ScenePicture {
  readonly slice: Buffer;
  readonly identity: SliceIdentity;
  /** The slice as RTP payloads. */
  readonly payloads: readonly Buffer[];
  /** How many places later it is shown than it stands in the stream; less than 0 for a B-frame, which waits for what it is predicted from. */
  readonly shownLater: number;
}

/** A scene's two loops in the order in which they are decoded; they have the same parameter sets. */
export interface Footage {
  readonly stream: StreamParameters;
  readonly painter: BarPainter;
  /** So many pictures at most are taken before one that comes before them. */
  readonly delay: number;
  readonly idle: readonly ScenePicture[];
  readonly intruder: readonly ScenePicture[];
}

/** How footage is coded: pictures are shown as they come, or two B-frames stand between others, which come before them. */
export type Coding = 'in-order' | 'b-frames';

/**
 * 12.5 pictures a second, a key frame at each whole second, one slice a picture and one reference in each direction, CAVLC (which slices.ts can move).
 * Without B-frames x264 chooses picture order by decoding order.
 */
function encoding(profile: 'baseline' | 'main', bFrames: string): string[] {
  const x264 = `scenecut=0:ref=1:${bFrames}:weightp=0:cabac=0:slices=1:mvrange=${motionRange}`;
  return [
    ...['-c:v', 'libx264', '-profile:v', profile, '-level', '3.0', '-preset', 'veryfast', '-crf', '22', '-maxrate', '260k', '-bufsize', '260k'],
    ...['-g', '25', '-force_key_frames', 'expr:gte(t,n_forced)', '-threads', '1'],
    ...['-x264-params', x264, '-bsf:v', 'filter_units=remove_types=6', '-f', 'h264'],
  ];
}
const inOrder = encoding('baseline', 'bframes=0');
const withBFrames = encoding('main', 'bframes=2:b-adapt=0:b-pyramid=none:weightb=0');

const loading = new Map<string, Promise<Footage>>();

/** Loads a scene's footage, at most once per process, rendering it when the cache does not have it. */
export function footageOf(scene: SceneName, coding: Coding = 'in-order'): Promise<Footage> {
  const wanted = `${scene} ${coding}`;
  let footage = loading.get(wanted);
  if (footage === undefined) {
    footage = load(scene, coding);
    loading.set(wanted, footage);
    // A failure (no ffmpeg yet) is not for ever.
    footage.catch(() => loading.delete(wanted));
  }
  return footage;
}

async function load(scene: SceneName, coding: Coding): Promise<Footage> {
  const signFont = fontFile();
  const graph = sceneGraph(scene, signFont);
  const cacheHome = process.env['XDG_CACHE_HOME'];
  // An empty variable counts as unset (XDG Base Directory Specification).
  const folder = join(cacheHome === undefined || cacheHome === '' ? join(homedir(), '.cache') : cacheHome, 'sallyport', 'footage');
  const base = join(folder, `${scene}-${hashOf([graph, ...inOrder])}`);
  const sheetPath = join(folder, `glyphs-${hashOf(glyphSheetArguments())}.gray`);
  const [idle, intruder, sheet] = await cached([`${base}-idle.h264`, `${base}-intruder.h264`, sheetPath], () => render(graph));
  if (idle === undefined || intruder === undefined || sheet === undefined) throw new Error(`no footage of scene ${scene}`);
  if (coding === 'in-order') return assemble(idle, intruder, sheet);
  const again = `${base}-${hashOf(withBFrames)}`;
  const [idleAgain, intruderAgain] = await cached([`${again}-idle.h264`, `${again}-intruder.h264`], () => Promise.all([idle, intruder].map(recode)));
  if (idleAgain === undefined || intruderAgain === undefined) throw new Error(`no footage of scene ${scene}`);
  return assemble(idleAgain, intruderAgain, sheet);
}

/** A loop with B-frames, which is much less work than drawing it. */
function recode(loop: Buffer): Promise<Buffer> {
  return ffmpeg(['-r', String(framesPerSecond), '-f', 'h264', '-i', 'pipe:0', ...withBFrames, 'pipe:1'], loop);
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** Reads files; when one is missing makes them all, each put in place whole, so that two processes may race. */
async function cached(paths: readonly string[], make: () => Promise<readonly Buffer[]>): Promise<readonly Buffer[]> {
  try {
    return await Promise.all(paths.map((path) => readFile(path)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = await make();
  await Promise.all(
    paths.map(async (path, n) => {
      const temporary = `${path}.${randomBytes(6).toString('hex')}`;
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(temporary, made[n] ?? '');
      await rename(temporary, path);
    }),
  );
  return made;
}

let announced = false;

async function render(graph: string): Promise<readonly Buffer[]> {
  if (!announced) process.stderr.write('drawing the pictures of the simulated cameras; this happens once and takes a few seconds\n');
  announced = true;
  const folder = join(tmpdir(), `sallyport-footage-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    const outputs = [join(folder, 'idle.h264'), join(folder, 'intruder.h264')] as const;
    await ffmpeg(['-filter_complex', graph, '-map', '[idle]', ...inOrder, outputs[0], '-map', '[intruder]', ...inOrder, outputs[1]]);
    return await Promise.all([readFile(outputs[0]), readFile(outputs[1]), ffmpeg(glyphSheetArguments())]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function assemble(idle: Buffer, intruder: Buffer, sheet: Buffer): Footage {
  const units = nalUnits(idle);
  const sps = units.find((unit) => typeOf(unit) === 7);
  const pps = units.find((unit) => typeOf(unit) === 8);
  if (sps === undefined || pps === undefined) throw new Error('the footage has no parameter sets');
  const stream = tallerParameters(sps, pps, barRows);
  const intruderUnits = nalUnits(intruder);
  for (const own of [sps, pps]) {
    if (!intruderUnits.some((unit) => unit.equals(own))) throw new Error('the two loops of a scene have different parameter sets');
  }
  const loops = { idle: pictures(units, stream), intruder: pictures(intruderUnits, stream) };
  const delay = Math.max(...[...loops.idle, ...loops.intruder].map(({ shownLater }) => shownLater));
  return { stream, painter: new BarPainter(stream, new Lettering(sheet, sceneWidth)), delay, ...loops };
}

const typeOf = (unit: Buffer): number => (unit[0] ?? 0) & 0x1f;

function pictures(units: readonly Buffer[], stream: StreamParameters): ScenePicture[] {
  const slices = units.filter((unit) => typeOf(unit) === 1 || typeOf(unit) === 5);
  if (slices.length !== framesPerLoop) throw new Error(`a loop of the footage has ${slices.length} pictures instead of ${framesPerLoop}`);
  let key = 0;
  return slices.map((original, n) => {
    const { unit, identity } = movedDown(original, stream, barRows);
    if (identity.idr) key = n;
    const shown = stream.pictureOrderBits === 0 ? n : key + identity.pictureOrder / 2;
    return { slice: unit, identity, payloads: packetise(unit), shownLater: shown - n };
  });
}
