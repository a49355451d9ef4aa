import { socketAddress } from '../socket.ts';
import { AppendQueue } from './append-queue.ts';

/** A video element that is not on the page yet, with its MediaSource open. */
export interface Prepared {
  readonly video: HTMLVideoElement;
  readonly queue: AppendQueue;
}

/** A picture of now and one of the past: what an incident needs. */
const SPARES = 2;
/** What was taken is made up for once the pictures that it was taken for are there. */
const REFILL_MS = 1_500;
const RETRY_MS = 10_000;

/**
 * What a tile needs before it can show anything, made ready before an incident comes: to open a connection and a MediaSource takes a busy console longer
 * than to show a picture that is there.
 */
export class StandBy {
  #elements: Prepared[] = [];
  #sockets: WebSocket[] = [];
  /** The type of the last stream: most cameras of a site send the same. */
  #mime: string | undefined;
  #timer: number | undefined;
  #refillAtMs = Infinity;
  #closed = false;

  /** Begins to make ready, `delayMs` from now. */
  start(delayMs = REFILL_MS): void {
    const at = performance.now() + delayMs;
    if (this.#closed || at >= this.#refillAtMs) return;
    this.#refillAtMs = at;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#refill(), delayMs);
  }

  /** An element for a tile; it belongs to the caller. */
  element(): Prepared {
    const prepared = this.#elements.pop() ?? this.#prepare();
    this.start();
    return prepared;
  }

  /** A connection that only lacks its `play` message; undefined when none is ready. */
  socket(): WebSocket | undefined {
    const ready = this.#sockets.find((socket) => socket.readyState === WebSocket.OPEN);
    this.#sockets = this.#sockets.filter((socket) => socket !== ready);
    this.start();
    return ready;
  }

  /** A stream of this type plays in this browser: the next one is likely to be of the same. */
  plays(mime: string): void {
    this.#mime = mime;
  }

  close(): void {
    this.#closed = true;
    window.clearTimeout(this.#timer);
    for (const socket of this.#sockets.splice(0)) socket.close();
    for (const { queue } of this.#elements.splice(0)) queue.close();
  }

  #refill(): void {
    this.#refillAtMs = Infinity;
    while (this.#elements.length < SPARES) this.#elements.push(this.#prepare());
    while (this.#sockets.length < SPARES) this.#sockets.push(this.#connect());
  }

  #prepare(): Prepared {
    const video = document.createElement('video');
    video.muted = true;
    video.playsInline = true;
    video.disablePictureInPicture = true;
    video.tabIndex = -1;
    const queue = new AppendQueue(video);
    if (this.#mime !== undefined) queue.format(this.#mime, 0);
    return { video, queue };
  }

  #connect(): WebSocket {
    const socket = new WebSocket(socketAddress('/video'));
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('close', () => {
      if (!this.#sockets.includes(socket)) return;
      this.#sockets = this.#sockets.filter((each) => each !== socket);
      this.start(RETRY_MS);
    });
    return socket;
  }
}
