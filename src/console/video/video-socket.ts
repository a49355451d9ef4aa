import type { FromVideo, Play, Wish } from '../../desk/video-protocol.ts';
import { fromVideo } from '../../desk/video-protocol.ts';
import { socketAddress } from '../socket.ts';
import { ticketFor } from './tickets.ts';

export interface VideoSocketHandlers {
  readonly message: (message: FromVideo) => void;
  readonly media: (data: ArrayBuffer) => void;
  /** The connection broke; it is being opened again. */
  readonly lost: () => void;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;

/** One tile's WebSocket, opened again whenever it breaks, until it is closed. */
export class VideoSocket {
  readonly #camera: string;
  readonly #play: () => Play;
  readonly #handlers: VideoSocketHandlers;
  #socket: WebSocket | undefined;
  #timer: number | undefined;
  #attempt = 0;
  #asked = false;

  /**
   * @param play made anew for each connection, because what is past by then is not live any more
   * @param ready an open connection to begin with
   */
  constructor(camera: string, play: () => Play, handlers: VideoSocketHandlers, ready?: WebSocket) {
    this.#camera = camera;
    this.#play = play;
    this.#handlers = handlers;
    if (ready === undefined) this.#open();
    else {
      this.#hear(ready);
      void this.#ask(ready, ticketFor('video', camera));
    }
  }

  close(): void {
    window.clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  /** Breaks the connection, so that what is played begins from the beginning. */
  reopen(): void {
    this.#socket?.close();
  }

  /** Tells the gateway a wish, if it was told what to play: else that says it. */
  say(wish: Wish): void {
    if (this.#asked && this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(wish));
  }

  #open(): void {
    const socket = new WebSocket(socketAddress(`/video/${encodeURIComponent(this.#camera)}`));
    socket.binaryType = 'arraybuffer';
    // Asked for while the connection is being made, so that it costs no time.
    const ticket = ticketFor('video', this.#camera);
    socket.addEventListener('open', () => void this.#ask(socket, ticket));
    this.#hear(socket);
  }

  #hear(socket: WebSocket): void {
    this.#socket = socket;
    socket.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (this.#socket === socket) this.#received(event.data);
    });
    socket.addEventListener('close', () => {
      if (this.#socket !== socket) return;
      this.#asked = false;
      this.#handlers.lost();
      this.#timer = window.setTimeout(() => this.#open(), Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt));
      this.#attempt += 1;
    });
  }

  async #ask(socket: WebSocket, asked: Promise<string | undefined>): Promise<void> {
    const ticket = await asked;
    if (this.#socket !== socket || socket.readyState !== WebSocket.OPEN) return;
    // Without one it is tried again, as when the connection breaks.
    if (ticket === undefined) {
      socket.close();
      return;
    }
    this.#asked = true;
    socket.send(JSON.stringify({ ...this.#play(), camera: this.#camera, ticket }));
  }

  #received(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      this.#attempt = 0;
      this.#handlers.media(data);
    } else if (typeof data === 'string') {
      const message = fromVideo.safeParse(JSON.parse(data));
      if (message.success) this.#handlers.message(message.data);
      else console.error('The gateway sent a video message that this console does not understand', data);
    }
  }
}
