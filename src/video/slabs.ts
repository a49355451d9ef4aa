/** Pictures lie behind each other in pieces of memory of this size: one Buffer for each would keep the collector busy all the time. */
export const SLAB_BYTES = 512 * 1024;

/** A piece of memory that holds several pictures. */
export interface Slab {
  readonly bytes: Buffer;
  /** How many groups of pictures and writers use it. */
  users: number;
}

/** Keeps slabs that are no longer used for all cameras together. */
export class SlabPool {
  readonly #free: Slab[] = [];
  readonly #maxFree: number;

  constructor(maxFree = 64) {
    this.#maxFree = maxFree;
  }

  /** A slab of at least `bytes`, with one user: the caller. */
  take(bytes = SLAB_BYTES): Slab {
    const kept = bytes <= SLAB_BYTES ? this.#free.pop() : undefined;
    if (kept === undefined) return { bytes: Buffer.allocUnsafeSlow(Math.max(bytes, SLAB_BYTES)), users: 1 };
    kept.users = 1;
    return kept;
  }

  /**
   * Ends one use. After the last one the memory serves again, but only if `mayReuse`:
   * where a slow viewer's socket still holds views of it, it is left to the collector.
   */
  release(slab: Slab, mayReuse: boolean): void {
    slab.users -= 1;
    const keep = slab.users === 0 && mayReuse && slab.bytes.length === SLAB_BYTES && this.#free.length < this.#maxFree;
    if (keep) this.#free.push(slab);
  }

  get free(): number {
    return this.#free.length;
  }
}
