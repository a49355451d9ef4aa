import { initSegment } from './fmp4/init.ts';
import type { SampleEntry } from './fmp4/init.ts';

/** What parameter sets say, ready to be sent. */
export interface Description {
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  readonly reorderDepth: number;
  readonly init: Buffer;
}

export type SetKind = 'vps' | 'sps' | 'pps';

/** How one codec's parameter sets are read. */
export interface SetReader {
  /** The kinds without which nothing can be decoded. */
  readonly needed: readonly SetKind[];
  /** What a NAL unit is. @throws RangeError when it cannot be understood. */
  identify(nal: Buffer): { readonly kind: SetKind; readonly id: number } | undefined;
  /** Called when there is at least one of each needed kind; those that came last stand first, and the first sequence parameter set is the one in use. */
  describe(sets: Readonly<Record<SetKind, readonly Buffer[]>>): { readonly entry: SampleEntry; readonly reorderDepth: number };
}

const MAX_PARAMETER_SET_BYTES = 1024;
/** Of each kind; far more than any camera uses. */
const MAX_PARAMETER_SETS = 16;

/** The parameter sets of one stream, from its session description and from the stream itself. */
export class ParameterSets {
  readonly #reader: SetReader;
  readonly #sets: Readonly<Record<SetKind, Map<number, Buffer>>> = { vps: new Map(), sps: new Map(), pps: new Map() };
  #changed = false;

  constructor(reader: SetReader) {
    this.#reader = reader;
  }

  /** Remembers a parameter set; the bytes are copied if they are new. One that cannot be understood is ignored. */
  add(nal: Buffer): void {
    if (nal.length > MAX_PARAMETER_SET_BYTES || this.#repeats(nal)) return;
    const found = this.#identify(nal);
    if (found === undefined) return;
    const sets = this.#sets[found.kind];
    if (sets.size >= MAX_PARAMETER_SETS && !sets.has(found.id)) return;
    sets.delete(found.id);
    sets.set(found.id, Buffer.from(nal));
    this.#changed = true;
  }

  /** The description of the stream if it changed since it was last taken and is complete. */
  takeChange(): Description | undefined {
    if (!this.#changed || this.#reader.needed.some((kind) => this.#sets[kind].size === 0)) return undefined;
    this.#changed = false;
    const list = (kind: SetKind) => [...this.#sets[kind].values()].reverse();
    const { entry, reorderDepth } = this.#reader.describe({ vps: list('vps'), sps: list('sps'), pps: list('pps') });
    const { mime, width, height } = entry;
    return { mime, width, height, reorderDepth, init: initSegment(entry) };
  }

  /** The usual case, since cameras repeat their parameter sets before every key frame. */
  #repeats(nal: Buffer): boolean {
    for (const sets of Object.values(this.#sets)) {
      for (const [id, known] of sets) {
        if (!known.equals(nal)) continue;
        // A camera that goes back to a set that it had before uses that one now.
        if ([...sets.keys()].at(-1) !== id) {
          sets.delete(id);
          sets.set(id, known);
          this.#changed = true;
        }
        return true;
      }
    }
    return false;
  }

  #identify(nal: Buffer): { kind: SetKind; id: number } | undefined {
    try {
      return this.#reader.identify(nal);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }
}
