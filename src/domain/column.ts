/**
 * A small number for each point, by the point's own number; 0 unless told otherwise. Four bytes a point: the columns of ten thousand doors fit into a processor's
 * cache, while each look into a map is one at a far place.
 */
export class Column {
  #cells = new Uint32Array(256);

  get(point: number): number {
    return this.#cells[point] ?? 0;
  }

  set(point: number, value: number): void {
    if (point >= this.#cells.length) this.#grow(point);
    this.#cells[point] = value;
  }

  #grow(point: number): void {
    const before = this.#cells;
    this.#cells = new Uint32Array(Math.max(2 * before.length, point + 1));
    this.#cells.set(before);
  }
}
