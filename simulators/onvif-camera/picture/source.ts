import { barHeight, glyphWidth } from './glyphs.ts';
import { framesPerLoop, framesPerSecond, intruderTimes, sceneHeight, sceneWidth } from './draw.ts';
import { barRows } from './footage.ts';
import type { Footage, ScenePicture } from './footage.ts';
import { deltaSlice, keySlice, macroblock } from './slices.ts';
import { aggregate, packetise } from '../rtsp/rtp-h264.ts';

export const frameMs = 1000 / framesPerSecond;
/** A process that was held up longer than this goes on at the present instead of sending everything late. */
const catchUpLimitMs = 2000;
/** Where the intruder's loop goes on, with the door open already: at a key frame. */
const intruderAgain = intruderTimes.comesIn * framesPerSecond;

/** One picture of a camera. */
export interface Picture {
  readonly key: boolean;
  /** When it was taken by the machine's clock, milliseconds since 1970; pictures are exactly 80 ms apart. */
  readonly takenAt: number;
  /** Its RTP payloads; the last one carries the marker. */
  readonly payloads: readonly Buffer[];
  /** Its NAL units. */
  readonly units: readonly Buffer[];
}

/** A camera's sensor and encoder: a picture every 80 ms, in step with the clock, to everybody who watches. */
export class PictureSource {
  readonly #footage: Footage;
  readonly #name: string;
  readonly #clockOffsetMs: () => number;
  readonly #watchers = new Set<(picture: Picture) => void>();
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #loop: 'idle' | 'intruder' = 'idle';
  #index = 0;
  #dark = false;
  #lastKey: Picture | undefined;
  #shown: Uint8Array | undefined;
  /** Whether somebody is to be seen; the picture follows at the next key frame. */
  intruder = false;
  /** Whether the lens is covered. */
  covered = false;
  /** Whether there are no pictures; afterwards they begin with a key frame. */
  suspended = false;

  /** @param clockOffsetMs how far the camera's clock is ahead; what the picture shows follows it. */
  constructor(footage: Footage, name: string, clockOffsetMs: () => number) {
    this.#footage = footage;
    this.#name = name;
    this.#clockOffsetMs = clockOffsetMs;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#frame = Math.ceil(Date.now() / frameMs);
    this.#loop = 'idle';
    this.#index = this.#frame % framesPerLoop;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastKey = undefined;
  }

  /** Calls `watcher` with every picture until the returned function is called. */
  watch(watcher: (picture: Picture) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#lastKey = undefined;
    };
  }

  /** The latest key frame, drawn now if nobody was watching. */
  keyFrame(): Picture {
    if (this.#lastKey !== undefined) return this.#lastKey;
    const loop = this.#footage[this.#loop];
    let index = this.#index;
    while (index > 0 && loop[index]?.identity.idr !== true) index--;
    const scene = loop[index];
    if (scene === undefined) throw new Error('the footage is empty');
    return this.#draw(scene, this.#frame * frameMs);
  }

  get parameterSets(): { readonly sps: Buffer; readonly pps: Buffer } {
    return this.#footage.stream;
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#due(), Math.max(1, this.#frame * frameMs - Date.now()));
  }

  #due(): void {
    const now = Date.now();
    if (now - this.#frame * frameMs > catchUpLimitMs) {
      this.#frame = Math.floor(now / frameMs);
      this.#seekKey();
    }
    // The clock may be set back: then the timer waits, at most for as long as one picture lasts.
    if (this.#frame * frameMs - now > catchUpLimitMs) this.#frame = Math.ceil(now / frameMs);
    while (this.#frame * frameMs <= now) this.#next();
    this.#wait();
  }

  #seekKey(): void {
    const loop = this.#footage[this.#loop];
    while (loop[this.#index]?.identity.idr === false) this.#index = (this.#index + 1) % framesPerLoop;
  }

  #next(): void {
    const takenAt = this.#frame * frameMs;
    if (this.#index >= framesPerLoop) this.#index = this.#loop === 'idle' ? 0 : intruderAgain;
    if (this.#footage[this.#loop][this.#index]?.identity.idr === true) {
      this.#dark = this.covered;
      const wanted = this.intruder ? 'intruder' : 'idle';
      if (wanted !== this.#loop) {
        this.#loop = wanted;
        this.#index = wanted === 'intruder' ? 0 : this.#idleIndex();
      }
    }
    const scene = this.#footage[this.#loop][this.#index];
    if (this.suspended) this.#lastKey = undefined;
    const decodable = scene?.identity.idr === true || this.#lastKey !== undefined;
    if (scene !== undefined && decodable && !this.suspended && this.#watchers.size > 0) {
      const picture = this.#draw(scene, takenAt);
      if (picture.key) this.#lastKey = picture;
      for (const watcher of [...this.#watchers]) watcher(picture);
    }
    this.#index++;
    this.#frame++;
  }

  /** The key frame of the idle loop nearest to the loop's place in time, so that cameras keep their phase. */
  #idleIndex(): number {
    let index = this.#frame % framesPerLoop;
    while (index > 0 && this.#footage.idle[index]?.identity.idr !== true) index--;
    return index;
  }

  #draw(scene: ScenePicture, takenAt: number): Picture {
    const { stream } = this.#footage;
    const { identity } = scene;
    const luma = this.#bar(takenAt + this.#clockOffsetMs());
    const area = { firstRow: 0, rows: barRows, luma };
    const bar = identity.idr
      ? keySlice(stream, identity, area)
      : deltaSlice(stream, identity, area, changedBlocks(this.#shown, luma, stream.columns));
    this.#shown = luma;
    const dark = this.#dark ? this.#darkness(scene) : undefined;
    const parameterSets = identity.idr ? [stream.sps, stream.pps] : [];
    return {
      key: identity.idr,
      takenAt,
      units: [...parameterSets, bar, dark ?? scene.slice],
      payloads: [...(identity.idr ? [aggregate(parameterSets)] : []), ...packetise(bar), ...(dark === undefined ? scene.payloads : packetise(dark))],
    };
  }

  /** A covered lens: nearly black. */
  #darkness(scene: ScenePicture): Buffer {
    const { stream } = this.#footage;
    const rows = Math.ceil(sceneHeight / macroblock);
    const area = { firstRow: barRows, rows, luma: new Uint8Array(sceneWidth * rows * macroblock).fill(20) };
    return scene.identity.idr ? keySlice(stream, scene.identity, area) : deltaSlice(stream, scene.identity, area, []);
  }

  /** The camera's name on the left; hours, minutes, seconds and tenths of its local time on the right. */
  #bar(at: number): Uint8Array {
    const { lettering } = this.#footage;
    const bar = lettering.bar();
    const time = new Date(at);
    const two = (value: number): string => String(value).padStart(2, '0');
    const text = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.`;
    const tenthColumn = sceneWidth - 2 * macroblock;
    lettering.write(bar, this.#name.slice(0, 30), macroblock);
    lettering.write(bar, text, tenthColumn - text.length * glyphWidth);
    lettering.writeTenth(bar, Math.floor(time.getMilliseconds() / 100), tenthColumn);
    return bar;
  }
}

/** The macroblocks in which two bars differ, in order. */
function changedBlocks(before: Uint8Array | undefined, after: Uint8Array, columns: number): number[] {
  const changed: number[] = [];
  const width = columns * macroblock;
  for (let address = 0; address < (barHeight / macroblock) * columns; address++) {
    const top = Math.floor(address / columns) * macroblock;
    const left = (address % columns) * macroblock;
    for (let line = top; line < top + macroblock; line++) {
      const from = line * width + left;
      if (before === undefined || Buffer.compare(before.subarray(from, from + macroblock), after.subarray(from, from + macroblock)) !== 0) {
        changed.push(address);
        break;
      }
    }
  }
  return changed;
}
