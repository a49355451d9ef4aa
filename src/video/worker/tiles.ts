import { closeCodes } from '../video.ts';
import type { TileSocket } from '../video.ts';
import type { Parcel, ToVideo } from './messages.ts';

interface Tile {
  readonly socket: TileSocket;
  sentBytes: number;
}

/** The connections of one video thread's viewers, in the gateway's thread: it only passes on. */
export class Tiles {
  readonly #post: (message: ToVideo) => void;
  readonly #tiles = new Map<number, Tile>();
  /** Whose bytes have left since the thread was told. */
  readonly #progress = new Set<number>();
  #last = 0;

  constructor(post: (message: ToVideo) => void) {
    this.#post = post;
  }

  open(socket: TileSocket, camera: string): void {
    this.#last += 1;
    const tile = this.#last;
    this.#tiles.set(tile, { socket, sentBytes: 0 });
    // Errors of a WebSocket are followed by its end, which is all that matters here.
    socket.on('error', () => undefined);
    socket.on('message', (data, isBinary) => this.#post({ type: 'said', tile, text: (data as Buffer).toString(), isBinary }));
    socket.once('close', () => {
      if (this.#tiles.delete(tile)) this.#post({ type: 'gone', tile });
    });
    this.#post({ type: 'tile', tile, camera });
  }

  send(parcels: readonly Parcel[]): void {
    for (const { tiles, data } of parcels) {
      const piece = typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      for (const each of tiles) {
        const tile = this.#tiles.get(each);
        if (tile === undefined) continue;
        tile.sentBytes += piece.length;
        tile.socket.send(piece, () => this.#left(each));
      }
    }
  }

  hangUp(tile: number, code: number, reason: string): void {
    const { socket } = this.#tiles.get(tile) ?? {};
    this.#tiles.delete(tile);
    socket?.close(code, reason);
  }

  /** The thread is gone: viewers come back by themselves and find the next one. */
  hangUpAll(): void {
    for (const tile of [...this.#tiles.keys()]) this.hangUp(tile, closeCodes.serviceRestart, 'video is started again');
  }

  /** Those whose console does not answer would keep the process alive for half a minute. */
  terminateAll(): void {
    for (const { socket } of this.#tiles.values()) socket.terminate();
    this.#tiles.clear();
  }

  /** Many pieces leave in one turn of the loop; the thread is told once. */
  #left(tile: number): void {
    if (this.#progress.size === 0) setImmediate(() => this.#tellProgress());
    this.#progress.add(tile);
  }

  #tellProgress(): void {
    const tiles = [...this.#progress].flatMap((id): [number, number][] => {
      const tile = this.#tiles.get(id);
      // What waits counts the frames' heads too, a few bytes each: never more than what was sent.
      return tile === undefined ? [] : [[id, Math.max(tile.sentBytes - tile.socket.bufferedAmount, 0)]];
    });
    this.#progress.clear();
    if (tiles.length > 0) this.#post({ type: 'flushed', tiles });
  }
}
