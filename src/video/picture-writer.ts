import { SLAB_BYTES } from './slabs.ts';
import type { Slab, SlabPool } from './slabs.ts';

/** A picture larger than this is not one that a camera sends. */
export const MAX_PICTURE_BYTES = 4 * 1024 * 1024;
/** Each NAL unit stands behind its length (ISO/IEC 14496-15, 5.3.2). */
const LENGTH_BYTES = 4;

/** Builds one picture of a camera after the other in slabs, each behind room for its fragment's header. */
export class PictureWriter {
  readonly #pool: SlabPool;
  readonly #headerBytes: number;
  #slab: Slab;
  #start = 0;
  #at: number;
  #nal = 0;

  constructor(pool: SlabPool, headerBytes: number) {
    this.#pool = pool;
    this.#headerBytes = headerBytes;
    this.#slab = pool.take();
    this.#at = headerBytes;
  }

  /** False when the picture would grow beyond its limit. */
  beginNal(): boolean {
    if (!this.#makeRoom(LENGTH_BYTES)) return false;
    this.#nal = this.#at;
    this.#at += LENGTH_BYTES;
    return true;
  }

  /** False when the picture would grow beyond its limit. */
  append(bytes: Buffer): boolean {
    if (!this.#makeRoom(bytes.length)) return false;
    bytes.copy(this.#slab.bytes, this.#at);
    this.#at += bytes.length;
    return true;
  }

  /** Completes the NAL unit and returns a view of it. */
  endNal(): Buffer {
    const start = this.#nal + LENGTH_BYTES;
    this.#slab.bytes.writeUInt32BE(this.#at - start, this.#nal);
    return this.#slab.bytes.subarray(start, this.#at);
  }

  /** Takes the last NAL unit out again. */
  dropNal(): void {
    this.#at = this.#nal;
  }

  /** Takes the whole picture out again. */
  abandon(): void {
    this.#at = this.#start + this.#headerBytes;
  }

  /** Completes the picture. The slab's user is still the writer alone: whoever keeps the picture adds itself. */
  finish(): { bytes: Buffer; slab: Slab } {
    const bytes = this.#slab.bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    this.#at += this.#headerBytes;
    return { bytes, slab: this.#slab };
  }

  /** Lets go of the slab. The writer must not be used any more. */
  close(): void {
    this.#pool.release(this.#slab);
  }

  #makeRoom(bytes: number): boolean {
    if (this.#at + bytes <= this.#slab.bytes.length) return true;
    const written = Math.max(this.#at - this.#start, this.#headerBytes);
    const needed = written + bytes;
    if (needed > MAX_PICTURE_BYTES) return false;
    const next = this.#pool.take(needed <= SLAB_BYTES ? SLAB_BYTES : Math.min(2 * needed, MAX_PICTURE_BYTES));
    // Of a picture that has not begun there is nothing to move, and its start may lie beyond the slab's end.
    if (this.#start < this.#slab.bytes.length) this.#slab.bytes.copy(next.bytes, 0, this.#start, this.#at);
    this.#pool.release(this.#slab);
    this.#slab = next;
    this.#nal -= this.#start;
    this.#at = written;
    this.#start = 0;
    return true;
  }
}
