import { EventEmitter } from 'node:events';
import type { TileSocket } from '../video.ts';
import type { Outbox } from './outbox.ts';

interface Events {
  message: [data: Buffer, isBinary: boolean];
  error: [error: Error];
  close: [];
}

/** A tile's connection as the video thread sees it; the connection itself is in the gateway's thread. */
export class RemoteSocket extends EventEmitter<Events> implements TileSocket {
  readonly #tile: number;
  readonly #outbox: Outbox;
  readonly #hangUp: (code: number, reason: string) => void;
  readonly #waiting: { readonly position: number; readonly sent: () => void }[] = [];
  #sentBytes = 0;
  #flushedBytes = 0;
  #closed = false;

  constructor(tile: number, outbox: Outbox, hangUp: (code: number, reason: string) => void) {
    super();
    this.#tile = tile;
    this.#outbox = outbox;
    this.#hangUp = hangUp;
  }

  get bufferedAmount(): number {
    return this.#sentBytes - this.#flushedBytes;
  }

  send(data: string | Buffer, sent?: () => void): void {
    if (this.#closed) return;
    this.#sentBytes += data.length;
    this.#outbox.add(this.#tile, data);
    if (sent !== undefined) this.#waiting.push({ position: this.#sentBytes, sent });
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#hangUp(code, reason);
    this.gone();
  }

  terminate(): void {
    this.gone();
  }

  /** The connection is over. */
  gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.length = 0;
    this.emit('close');
  }

  /** So many of the bytes have left. */
  flushed(bytes: number): void {
    this.#flushedBytes = Math.max(this.#flushedBytes, Math.min(bytes, this.#sentBytes));
    while ((this.#waiting[0]?.position ?? Infinity) <= this.#flushedBytes) this.#waiting.shift()?.sent();
  }
}
