/** More than any message of a device or recorder; what is read of one is less still, see inbox.ts. */
export const LARGEST_PACKET_BYTES = 16 * 1024 * 1024;

/** Follows the lengths of packets in a stream (MQTT 3.1.1, 2.2), so that one is known to be too long before the library has collected it. */
export class PacketGuard {
  /** Bytes of the packet behind its fixed header that are still to come. */
  #left = 0;
  #headerBytes = 0;
  #length = 0;

  /** The length that a packet announces in `piece` and that is too long; undefined where none is. A length of more than four bytes is the library's to refuse. */
  tooLong(piece: Uint8Array): number | undefined {
    let at = 0;
    while (at < piece.length) {
      const skipped = Math.min(this.#left, piece.length - at);
      this.#left -= skipped;
      at += skipped;
      if (at === piece.length) return undefined;
      this.#left = this.#lengthWith(piece[at] ?? 0);
      at += 1;
      if (this.#left > LARGEST_PACKET_BYTES) return this.#left;
    }
    return undefined;
  }

  /**
   * 2.2.3: the first byte is the packet's type; then seven bits of the length in each, the lowest first, while the eighth is set.
   * Gives 0 until the header is complete.
   */
  #lengthWith(byte: number): number {
    this.#headerBytes += 1;
    if (this.#headerBytes === 1) return 0;
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 2);
    if (byte >= 0x80 && this.#headerBytes < 5) return 0;
    const complete = this.#length;
    this.#length = 0;
    this.#headerBytes = 0;
    return complete;
  }
}
