import type { AccessUnit, FromVideo, StreamKind } from '../../desk/video-protocol.ts';
import { readAccessUnit } from '../../desk/video-protocol.ts';
import { CanvasPicture } from './canvas-picture.ts';
import { FROZEN_MS } from './picture.ts';
import type { LiveListener } from './picture.ts';
import { VideoSocket } from './video-socket.ts';

/** While the group of pictures that came first is decoded, only its end is worth painting. */
const CATCHING_UP = 2;
/** More than the longest group that comes at once: the decoder does not keep up. */
const MOST_WAITING = 300;
const US_PER_MS = 1_000;

/** Plays a camera's live stream by decoding it picture by picture, without a buffer: the least delay that there is. */
export class UnitPlayer {
  readonly #listener: LiveListener;
  readonly #picture: CanvasPicture;
  readonly #socket: VideoSocket;
  #decoder: VideoDecoder | undefined;
  #config: VideoDecoderConfig | undefined;
  /** Units that came while the browser was asked whether it can decode them. */
  #early: AccessUnit[] | undefined;
  #needsKey = true;
  #next: VideoFrame | undefined;
  #frame = 0;

  constructor(camera: string, stream: StreamKind, listener: LiveListener) {
    this.#listener = listener;
    this.#picture = new CanvasPicture(listener, FROZEN_MS);
    this.#socket = new VideoSocket(camera, () => ({ type: 'play', mode: 'live', format: 'units', stream }), {
      message: (message) => this.#told(message),
      media: (data) => this.#media(data),
      lost: () => {
        this.#needsKey = true;
        this.#listener.slow(false);
        this.#picture.lose('The connection to the gateway broke; trying again');
      },
    });
  }

  get canvas(): HTMLCanvasElement {
    return this.#picture.canvas;
  }

  close(): void {
    this.#socket.close();
    window.cancelAnimationFrame(this.#frame);
    this.#next?.close();
    if (this.#decoder?.state !== 'closed') this.#decoder?.close();
    this.#picture.close();
  }

  #told(message: FromVideo): void {
    if (message.type === 'init') void this.#describe(message);
    else if (message.type === 'end') this.#picture.lose(message.reason ?? 'The gateway ended the picture');
    else {
      this.#listener.slow(message.state === 'skipped');
      if (message.state === 'lost') this.#picture.lose(message.detail);
    }
  }

  async #describe({ mime, configuration = '' }: Extract<FromVideo, { type: 'init' }>): Promise<void> {
    const codec = /codecs="([^"]*)"/.exec(mime)?.[1] ?? mime;
    const description = Uint8Array.from(atob(configuration), (letter) => letter.charCodeAt(0));
    const config = { codec, description, optimizeForLatency: true };
    this.#early = [];
    const { supported } = await VideoDecoder.isConfigSupported(config).catch(() => ({ supported: false }));
    if (supported !== true) {
      this.#giveUp(`This browser cannot decode ${codec} by itself.`);
      return;
    }
    this.#config = config;
    this.#start();
    const early = this.#early;
    this.#early = undefined;
    for (const unit of early) this.#decode(unit);
  }

  #start(): void {
    if (this.#config === undefined) return;
    if (this.#decoder === undefined || this.#decoder.state === 'closed') {
      this.#decoder = new VideoDecoder({ output: (frame) => this.#decoded(frame), error: (error) => this.#failed(error) });
    } else this.#decoder.reset();
    this.#decoder.configure(this.#config);
    this.#needsKey = true;
  }

  #media(data: ArrayBuffer): void {
    const unit = readAccessUnit(data);
    if (unit === undefined) return;
    if (this.#early === undefined) this.#decode(unit);
    else this.#early.push(unit);
  }

  #decode({ key, takenAt, bytes }: AccessUnit): void {
    if (this.#decoder?.state !== 'configured' || (this.#needsKey && !key)) return;
    if (this.#decoder.decodeQueueSize > MOST_WAITING) {
      this.#start();
      return;
    }
    this.#needsKey = false;
    this.#decoder.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp: Math.round(takenAt * US_PER_MS), data: bytes }));
  }

  #decoded(frame: VideoFrame): void {
    this.#next?.close();
    this.#next = frame;
    if ((this.#decoder?.decodeQueueSize ?? 0) > CATCHING_UP || this.#frame !== 0) return;
    this.#frame = window.requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#next === undefined) return;
      this.#picture.paint(this.#next, this.#next.timestamp / US_PER_MS);
      this.#next.close();
      this.#next = undefined;
    });
  }

  /** Damaged pictures end a decoder; the next key frame begins another. One that never gave a picture will not do. */
  #failed(error: DOMException): void {
    if (this.canvas.dataset['painted'] === undefined) this.#giveUp(`The picture cannot be decoded: ${error.message}`);
    else this.#start();
  }

  #giveUp(detail: string): void {
    this.#socket.close();
    this.#listener.picture({ state: 'unsupported', detail });
  }
}
