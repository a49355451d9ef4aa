import type { EpochMs } from '../domain/clock.ts';
import { TICKS_PER_SECOND, epochAt } from './rtp/timeline.ts';
import type { Slab, SlabPool } from './slabs.ts';

/** What a player must know before the first picture. Another object means that it must be told again. */
export interface StreamDescription {
  readonly codec: 'H264' | 'H265';
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  /** When zero of the camera's timeline was. */
  readonly epochAtZero: EpochMs;
  /** The initialisation segment. */
  readonly init: Buffer;
}

/** One picture as a fragment, the same Buffer for everybody; times are in it, see fmp4/fragment.ts. */
export interface Picture {
  readonly fragment: Buffer;
  readonly key: boolean;
  /** On the camera's timeline, in ticks. */
  readonly decodeAt: number;
  readonly showAt: number;
}

/** A group of pictures: a key frame and all that depend on it. */
export interface Group {
  readonly stream: StreamDescription;
  readonly pictures: Picture[];
  readonly slabs: Slab[];
  bytes: number;
  /** The ring, while the group is in it, and whoever looks at its pictures for longer than that. */
  users: number;
}

/** The last seconds of one camera in whole groups of pictures, by reference to slabs. */
export class Ring {
  readonly #seconds: number;
  readonly #maxBytes: number;
  readonly #pool: SlabPool;
  readonly #groups: Group[] = [];
  #bytes = 0;

  constructor(pool: SlabPool, limits: { readonly seconds: number; readonly maxBytes: number }) {
    this.#pool = pool;
    this.#seconds = limits.seconds;
    this.#maxBytes = limits.maxBytes;
  }

  /** Oldest first. */
  get groups(): readonly Group[] {
    return this.#groups;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The time that is kept. */
  get seconds(): number {
    const first = this.#groups[0]?.pictures[0];
    const last = this.#groups.at(-1)?.pictures.at(-1);
    return first === undefined || last === undefined ? 0 : (last.showAt - first.showAt) / TICKS_PER_SECOND;
  }

  /**
   * Adds a picture; a key frame begins a group. Old groups leave when the rest covers the time that is to be kept, or when there are too many bytes.
   * @returns the picture's group; undefined when the picture belongs to none, because its key frame is not there or the group grew beyond all bounds.
   */
  add(picture: Picture, slab: Slab, stream: StreamDescription): Group | undefined {
    if (picture.key) this.#groups.push({ stream, pictures: [], slabs: [], bytes: 0, users: 1 });
    const group = this.#groups.at(-1);
    if (group === undefined) return undefined;
    group.pictures.push(picture);
    if (group.slabs.at(-1) !== slab) {
      group.slabs.push(slab);
      slab.users += 1;
    }
    group.bytes += picture.fragment.length;
    this.#bytes += picture.fragment.length;
    this.#evict(picture.showAt);
    return this.#groups.length > 0 ? group : undefined;
  }

  /** The groups of which a part lies between two moments, oldest first. */
  between(from: EpochMs, to: EpochMs): Group[] {
    return this.#groups.filter((group) => startOf(group) <= to && endOf(group) >= from);
  }

  /** Whether everything since `from` is still there. */
  covers(from: EpochMs): boolean {
    const oldest = this.#groups[0];
    return oldest !== undefined && startOf(oldest) <= from;
  }

  /** Keeps the memory of a group that is in the ring as it is until `letGo`, even if the group leaves meanwhile. */
  hold(group: Group): void {
    group.users += 1;
  }

  /** After the last user the memory serves again. */
  letGo(group: Group): void {
    group.users -= 1;
    if (group.users === 0) for (const slab of group.slabs) this.#pool.release(slab);
  }

  clear(): void {
    while (this.#groups.length > 0) this.#dropOldest();
  }

  #evict(newest: number): void {
    const horizon = newest - this.#seconds * TICKS_PER_SECOND;
    while (this.#groups.length > 1 && (this.#groups[1]?.pictures[0]?.showAt ?? Infinity) <= horizon) this.#dropOldest();
    while (this.#bytes > this.#maxBytes && this.#groups.length > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const group = this.#groups.shift();
    if (group === undefined) return;
    this.#bytes -= group.bytes;
    this.letGo(group);
  }
}

/** When a group begins. */
export function startOf({ stream, pictures }: Group): EpochMs {
  return epochAt(stream.epochAtZero, pictures[0]?.showAt ?? 0);
}

/** When its last picture so far is shown. */
export function endOf({ stream, pictures }: Group): EpochMs {
  return epochAt(stream.epochAtZero, pictures.at(-1)?.showAt ?? 0);
}
