/** Pictures lie behind each other in pieces of memory of this size: one Buffer for each would keep the collector busy all the time. */
export const SLAB_BYTES = 512 * 1024;

/** A piece of memory that holds several pictures. */
export interface Slab {
  readonly bytes: Buffer;
  /** How many groups of pictures and writers use it. */
  users: number;
}

/**
 * The slabs of all cameras of a thread. One that nobody uses any more waits for the next picture and is never given back: memory of this size that comes and
 * goes between small pieces leaves holes in the process that nothing fits into, and what the rings needed once they need again.
 */
export class SlabPool {
  /** By their size: a power of two times the usual one, so that those of large pictures serve again as well. */
  readonly #free = new Map<number, Slab[]>();
  #bytes = 0;

  /** Of all slabs, used or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of those that nobody uses. */
  get freeBytes(): number {
    return [...this.#free].reduce((sum, [size, slabs]) => sum + size * slabs.length, 0);
  }

  /** A slab of at least `bytes`, with one user: the caller. */
  take(bytes = SLAB_BYTES): Slab {
    const size = sizeFor(bytes);
    const kept = this.#free.get(size)?.pop();
    if (kept === undefined) {
      this.#bytes += size;
      return { bytes: Buffer.allocUnsafeSlow(size), users: 1 };
    }
    kept.users = 1;
    return kept;
  }

  /** Ends one use. After the last one the memory is written over. */
  release(slab: Slab): void {
    slab.users -= 1;
    if (slab.users > 0) return;
    const size = slab.bytes.length;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [slab]);
    else free.push(slab);
  }
}

function sizeFor(bytes: number): number {
  let size = SLAB_BYTES;
  while (size < bytes) size *= 2;
  return size;
}
