import { sceneWidth } from './draw.ts';
import { barHeight, glyphWidth } from './glyphs.ts';
import type { Lettering } from './glyphs.ts';
import { deltaSlice, keySlice, macroblock } from './slices.ts';
import type { SliceIdentity, StreamParameters } from './slices.ts';

export const barRows = barHeight / macroblock;

/** The column of the tenths: one macroblock, which is all that changes in most pictures. */
const tenthsLeft = sceneWidth - 2 * macroblock;
/** So long a name does not reach the clock. */
const nameLimit = 30;
/** Cameras draw the same picture within milliseconds of each other; a few skewed clocks more do no harm. */
const cacheLimit = 64;

/**
 * Draws the bars of all cameras that share footage: the name on the left; hours, minutes, seconds and tenths on the right. What changes from one picture to
 * the next is the clock alone, the same for all cameras, so it is drawn once for all of them.
 */
export class BarPainter {
  readonly #stream: StreamParameters;
  readonly #lettering: Lettering;
  readonly #deltas = new Map<string, Buffer>();

  constructor(stream: StreamParameters, lettering: Lettering) {
    this.#stream = stream;
    this.#lettering = lettering;
  }

  /** The bar of a key frame. @param at what the clock shows, milliseconds since 1970, in local time. */
  key(identity: SliceIdentity, name: string, at: number): Buffer {
    const luma = this.#clock(clockText(at));
    this.#lettering.write(luma, name.slice(0, nameLimit), macroblock);
    return keySlice(this.#stream, identity, area(luma));
  }

  /** The bar of any other picture, after a reference picture whose clock showed `before`. */
  delta(identity: SliceIdentity, before: number, at: number): Buffer {
    const [was, is] = [clockText(before), clockText(at)];
    const wanted = `${identity.nalHeader} ${identity.frameNum} ${identity.pictureOrder} ${was} ${is}`;
    let slice = this.#deltas.get(wanted);
    if (slice === undefined) {
      const luma = this.#clock(is);
      const changed = was === is ? [] : changedBlocks(this.#clock(was), luma, this.#stream.columns);
      slice = deltaSlice(this.#stream, identity, area(luma), changed);
      this.#deltas.set(wanted, slice);
      for (const oldest of this.#deltas.keys()) {
        if (this.#deltas.size <= cacheLimit) break;
        this.#deltas.delete(oldest);
      }
    }
    return slice;
  }

  /** A bar with the clock alone. */
  #clock(text: string): Uint8Array {
    const luma = this.#lettering.bar();
    const large = text.slice(0, -1);
    this.#lettering.write(luma, large, tenthsLeft - large.length * glyphWidth);
    this.#lettering.writeTenth(luma, Number(text.slice(-1)), tenthsLeft);
    return luma;
  }
}

const area = (luma: Uint8Array): { firstRow: number; rows: number; luma: Uint8Array } => ({ firstRow: 0, rows: barRows, luma });

/** HH:MM:SS.t */
function clockText(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${Math.floor(time.getMilliseconds() / 100)}`;
}

/** The macroblocks in which two bars differ, in order. */
function changedBlocks(before: Uint8Array, after: Uint8Array, columns: number): number[] {
  const changed: number[] = [];
  const width = columns * macroblock;
  for (let address = 0; address < barRows * columns; address++) {
    const top = Math.floor(address / columns) * macroblock;
    const left = (address % columns) * macroblock;
    for (let line = top; line < top + macroblock; line++) {
      const from = line * width + left;
      if (Buffer.compare(before.subarray(from, from + macroblock), after.subarray(from, from + macroblock)) !== 0) {
        changed.push(address);
        break;
      }
    }
  }
  return changed;
}
