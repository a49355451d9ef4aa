import type { StreamAddress } from '../adapter/contract.ts';
import type { Clock } from '../domain/clock.ts';
import type { StreamKind } from '../desk/video-protocol.ts';
import type { CameraFeed } from './camera-feed.ts';
import { VideoError } from './video-error.ts';

/** Where a camera's stream is; undefined when it has no such one. */
export type OpenStream = (stream: StreamKind) => Promise<StreamAddress | undefined>;

/** So long the second stream is kept after its last viewer, who may only have turned to another picture. */
const LINGER_MS = 10_000;

export interface CameraStreamsOptions {
  readonly clock: Clock;
  /** The stream that is always taken in; the main one where the camera has no other. */
  readonly ringStream: StreamKind;
  /** Whether the main stream may be taken in for viewers while the ring has the sub-stream. */
  readonly liveMain: boolean;
  /** A feed for the ring, or for the other stream, which keeps no past and whose loss is no event. */
  readonly feed: (use: 'ring' | 'view') => CameraFeed;
}

/** One camera: the stream of its ring, which is always taken in, and the other one for as long as somebody looks at it. */
export class CameraStreams {
  readonly ring: CameraFeed;
  readonly #options: CameraStreamsOptions;
  #ringStream: StreamKind;
  #name = '';
  #open: OpenStream = () => Promise.resolve(undefined);
  #other: { readonly feed: CameraFeed; viewers: number; cancel: () => void } | undefined;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: CameraStreamsOptions) {
    this.#options = options;
    this.#ringStream = options.ringStream;
    this.ring = options.feed('ring');
  }

  /** Which stream the ring has. */
  get ringStream(): StreamKind {
    return this.#ringStream;
  }

  /** Takes pictures from the addresses that `open` tells at each attempt, from now on. */
  start(name: string, open: OpenStream): void {
    this.#name = name;
    this.#open = open;
    this.ring.start(name, async () => {
      const sub = this.#options.ringStream === 'sub' ? await open('sub') : undefined;
      this.#ringStream = sub === undefined ? 'main' : 'sub';
      return sub ?? required(await open('main'));
    });
    this.#other?.feed.start(name, () => this.#openOther());
  }

  /** The feed of a stream that the ring does not have, to be given back by `leave`; undefined where the ring must do. */
  join(stream: StreamKind): CameraFeed | undefined {
    if (stream === this.#ringStream || (stream === 'main' && !this.#options.liveMain)) return undefined;
    if (this.#other === undefined) {
      const feed = this.#options.feed('view');
      this.#other = { feed, viewers: 0, cancel: () => undefined };
      feed.start(this.#name, () => this.#openOther());
    }
    this.#other.cancel();
    this.#other.viewers += 1;
    return this.#other.feed;
  }

  leave(feed: CameraFeed): void {
    const other = this.#other;
    if (other?.feed !== feed) return;
    other.viewers -= 1;
    if (other.viewers === 0) other.cancel = this.#options.clock.after(LINGER_MS, () => this.#hangUp());
  }

  async close(): Promise<void> {
    this.#hangUp();
    await Promise.all([this.ring.close(), ...this.#closing]);
  }

  #hangUp(): void {
    const other = this.#other;
    if (other === undefined) return;
    this.#other = undefined;
    other.cancel();
    const closing = other.feed.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async #openOther(): Promise<StreamAddress> {
    return required(await this.#open(this.#ringStream === 'main' ? 'sub' : 'main'));
  }
}

function required(address: StreamAddress | undefined): StreamAddress {
  if (address === undefined) throw new VideoError('unsupported', 'the camera has no second stream');
  return address;
}
