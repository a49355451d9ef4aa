type Cells = Uint8Array | Uint16Array | Uint32Array;

/**
 * A whole number for each point, by the point's own number; 0 unless told otherwise. Its cells are as wide as the largest needs, most often a byte: the columns of
 * ten thousand doors fit into a processor's cache, while each look into a map is one at a far place.
 */
export class Column {
  #cells: Cells = new Uint8Array(256);
  #largest = 0xff;

  get(point: number): number {
    return this.#cells[point] ?? 0;
  }

  /** @param value up to 4,294,967,295. */
  set(point: number, value: number): void {
    if (point >= this.#cells.length || value > this.#largest) this.#makeRoom(point, value);
    this.#cells[point] = value;
  }

  #makeRoom(point: number, value: number): void {
    const before = this.#cells;
    const length = point < before.length ? before.length : Math.max(2 * before.length, point + 1);
    if (value > this.#largest) this.#largest = value > 0xffff ? 0xffffffff : 0xffff;
    this.#cells = this.#largest > 0xffff ? new Uint32Array(length) : this.#largest > 0xff ? new Uint16Array(length) : new Uint8Array(length);
    this.#cells.set(before);
  }
}
