import type { Parcel } from './messages.ts';

/** Gathers what one turn of the thread's loop has to say to tiles into one message. A picture for many tiles is copied and sent once. */
export class Outbox {
  readonly #post: (parcels: readonly Parcel[], transfer: ArrayBuffer[]) => void;
  #parcels: Parcel[] = [];
  #transfer: ArrayBuffer[] = [];
  /** Of the last parcel, before it was copied. */
  #last: string | Buffer | undefined;

  constructor(post: (parcels: readonly Parcel[], transfer: ArrayBuffer[]) => void) {
    this.#post = post;
  }

  /** `data` may be overwritten as soon as this returns. */
  add(tile: number, data: string | Buffer): void {
    // Only the last one: to join an earlier parcel would overtake what this tile was sent since.
    if (data === this.#last) {
      this.#parcels.at(-1)?.tiles.push(tile);
      return;
    }
    this.#last = data;
    if (this.#parcels.length === 0) queueMicrotask(() => this.#flush());
    this.#parcels.push({ tiles: [tile], data: typeof data === 'string' ? data : this.#copy(data) });
  }

  #copy(data: Buffer): Uint8Array {
    const copy = new Uint8Array(data.length);
    copy.set(data);
    this.#transfer.push(copy.buffer);
    return copy;
  }

  #flush(): void {
    const [parcels, transfer] = [this.#parcels, this.#transfer];
    this.#parcels = [];
    this.#transfer = [];
    this.#last = undefined;
    this.#post(parcels, transfer);
  }
}
