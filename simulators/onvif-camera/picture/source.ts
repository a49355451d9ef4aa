import { framesPerLoop, framesPerSecond, intruderTimes, sceneHeight, sceneWidth } from './draw.ts';
import { barRows } from './bar.ts';
import type { Footage, ScenePicture } from './footage.ts';
import { deltaSlice, isReference, keySlice, macroblock, withHiddenLines } from './slices.ts';
import { aggregate, packetise } from '../rtsp/rtp-h264.ts';

export const frameMs = 1000 / framesPerSecond;
/** A process that was held up longer than this goes on at the present instead of sending everything late. */
const catchUpLimitMs = 2000;
/** Where the intruder's loop goes on, with the door open already: at a key frame. */
const intruderAgain = intruderTimes.comesIn * framesPerSecond;
/** How many lines less a smaller picture has. */
const hiddenLines = 40;

/** One picture of a camera. */
export interface Picture {
  readonly key: boolean;
  /** When it was taken by the machine's clock, milliseconds since 1970; pictures of a camera are exactly 80 ms apart. A B-frame was taken before the one that came before it. */
  readonly takenAt: number;
  /** Its RTP payloads; the last one carries the marker. */
  readonly payloads: readonly Buffer[];
  /** Its NAL units. */
  readonly units: readonly Buffer[];
}

/** A camera's sensor and encoder: a picture every 80 ms, by the clock, to everybody who watches. */
export class PictureSource {
  #footage: Footage;
  readonly #name: string;
  readonly #clockOffsetMs: () => number;
  readonly #phaseMs: number;
  readonly #watchers = new Set<(picture: Picture) => void>();
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #loop: 'idle' | 'intruder' = 'idle';
  #index = 0;
  #dark = false;
  #lastKey: Picture | undefined;
  /** Those that wait until they are taken: a picture that comes before its B-frames is taken after them. */
  #early: Picture[] = [];
  /** What the clock in the reference picture before showed. */
  #showed = 0;
  /** Whether somebody is to be seen; the picture follows at the next key frame. */
  intruder = false;
  /** Whether the lens is covered. */
  covered = false;
  /** Whether there are no pictures; afterwards they begin with a key frame. */
  suspended = false;
  /** Whether its lower edge is cut off, by other parameter sets; from the next key frame on. */
  smaller = false;
  /** How the scene is coded from the next key frame on. */
  coded: Footage;

  /**
   * @param clockOffsetMs how far the camera's clock is ahead; what the picture shows follows it.
   * @param phaseMs how long after each multiple of 80 ms it takes its pictures.
   */
  constructor(footage: Footage, name: string, clockOffsetMs: () => number, phaseMs = 0) {
    this.#footage = footage;
    this.coded = footage;
    this.#name = name;
    this.#clockOffsetMs = clockOffsetMs;
    this.#phaseMs = phaseMs;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#frame = Math.ceil((Date.now() - this.#phaseMs) / frameMs);
    this.#loop = 'idle';
    this.#index = (this.#frame % framesPerLoop) - 1;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastKey = undefined;
    this.#early = [];
  }

  /** Calls `watcher` with every picture until the returned function is called. */
  watch(watcher: (picture: Picture) => void): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      this.#lastKey = undefined;
      this.#early = [];
    };
  }

  /** The latest key frame, drawn now if nobody was watching. */
  keyFrame(): Picture {
    if (this.#lastKey !== undefined) return this.#lastKey;
    const scene = this.#footage[this.#loop].findLast(({ identity }, n) => identity.idr && n <= Math.max(0, this.#index));
    if (scene === undefined) throw new Error('the footage has no key frame');
    return this.#draw(scene, this.#takenAt(this.#frame));
  }

  get parameterSets(): { readonly sps: Buffer; readonly pps: Buffer } {
    const { sps, pps } = this.#footage.stream;
    return { sps: this.smaller ? withHiddenLines(sps, hiddenLines) : sps, pps };
  }

  #takenAt(frame: number): number {
    return frame * frameMs + this.#phaseMs;
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#due(), Math.max(1, this.#takenAt(this.#frame) - Date.now()));
  }

  #due(): void {
    const now = Date.now();
    if (Math.abs(now - this.#takenAt(this.#frame)) > catchUpLimitMs) {
      // Held up for long, or the machine's clock was set: go on at the present, with a key frame.
      this.#frame = Math.floor((now - this.#phaseMs) / frameMs);
      this.#lastKey = undefined;
    }
    while (this.#takenAt(this.#frame) <= now) this.#next();
    this.#wait();
  }

  #next(): void {
    const scene = this.#advance();
    const takenAt = this.#takenAt(this.#frame + scene.shownLater);
    if (scene.identity.idr) this.#dark = this.covered;
    if (this.suspended) {
      this.#lastKey = undefined;
      this.#early = [];
    }
    const decodable = scene.identity.idr || this.#lastKey !== undefined;
    if (decodable && !this.suspended && this.#watchers.size > 0) {
      const picture = this.#draw(scene, takenAt);
      if (picture.key) this.#lastKey = picture;
      this.#early.push(picture);
      this.#give(this.#early.length - this.#footage.delay);
    }
    this.#frame++;
  }

  /** Sends the first of those that wait. */
  #give(count: number): void {
    for (const picture of this.#early.splice(0, Math.max(0, count))) for (const watcher of [...this.#watchers]) watcher(picture);
  }

  /** The scene of the next picture. On the beat of the idle loop's key frames, which all cameras share, a loop may give way to the other. */
  #advance(): ScenePicture {
    const { idle } = this.#footage;
    const beat = this.#frame % framesPerLoop;
    this.#index++;
    if (idle[beat]?.identity.idr === true) {
      if (!this.intruder) [this.#loop, this.#index] = ['idle', beat];
      else if (this.#loop === 'idle') [this.#loop, this.#index] = ['intruder', 0];
    }
    if (this.#index >= framesPerLoop) this.#index = this.#loop === 'idle' ? 0 : intruderAgain;
    // However they are coded, loops have their key frames in the same places.
    if (this.coded !== this.#footage && this.coded[this.#loop][this.#index]?.identity.idr === true) {
      this.#give(this.#early.length);
      this.#footage = this.coded;
    }
    const scene = this.#footage[this.#loop][this.#index];
    if (scene === undefined) throw new Error(`the footage has no picture ${this.#index}`);
    return scene;
  }

  #draw(scene: ScenePicture, takenAt: number): Picture {
    const { painter } = this.#footage;
    const { identity } = scene;
    const showing = takenAt + this.#clockOffsetMs();
    const bar = identity.idr ? painter.key(identity, this.#name, showing) : painter.delta(identity, this.#showed, showing);
    if (isReference(identity)) this.#showed = showing;
    const dark = this.#dark ? this.#darkness(scene) : undefined;
    const { sps, pps } = this.parameterSets;
    const parameterSets = identity.idr ? [sps, pps] : [];
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
}
