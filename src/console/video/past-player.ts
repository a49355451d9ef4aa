import type { FromVideo, Play } from '../../desk/video-protocol.ts';
import type { EpochMs } from '../../domain/clock.ts';
import type { AppendQueue } from './append-queue.ts';
import type { PlayerListener } from './picture.ts';
import { onEachFrame, release, start, unsupported } from './picture.ts';
import type { StandBy } from './stand-by.ts';
import { steerLoop } from './steer.ts';
import { fetchWithTicket } from './tickets.ts';
import type { Range } from './steer.ts';
import type { VideoSocketHandlers } from './video-socket.ts';
import { VideoSocket } from './video-socket.ts';

/** A time of which there is no picture. */
export type Gap = NonNullable<Extract<FromVideo, { type: 'end' }>['missing']>[number];

export interface PastOptions {
  readonly camera: string;
  readonly listener: PlayerListener;
  readonly standBy: StandBy;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Told what of that time nobody has a picture of, and why a recorder could not help. */
  readonly missing: (gaps: readonly Gap[], note: string | undefined) => void;
  /** The gateway's clock. */
  readonly now: () => EpochMs;
  /** The recording of the same time, for when the gateway cannot cut that part of the past out any more. */
  readonly recording: string;
}

/** So long after its end a part of the past is fetched, for pictures that are still on their way. */
const SETTLING_MS = 400;
const STEER_EVERY_MS = 100;
const RECORDING_RETRY_MS = 3_000;

/** Plays a part of the past in a loop. While that part is not over it begins with what there is, and fetches the rest when it is. */
export class PastPlayer {
  readonly video: HTMLVideoElement;
  readonly #options: PastOptions;
  readonly #endFrames: () => void;
  readonly #steering: number;
  readonly #queue: AppendQueue;
  #socket: VideoSocket | undefined;
  #timer: number | undefined;
  /** Wall time of media time 0; undefined until the first stream begins, and for a recording, whose times are not known. */
  #epochAtZero: EpochMs | undefined;
  #begun = false;
  /** Since when the past was asked for the last time. */
  #asked: EpochMs = -Infinity;
  #missing: readonly Gap[] = [];
  #complete = false;
  /** Of the recording, while it is shown. */
  #address: string | undefined;
  readonly #ended = new AbortController();

  constructor(options: PastOptions) {
    this.#options = options;
    const { video, queue } = options.standBy.element();
    this.video = video;
    this.#queue = queue;
    queue.listen({ changed: () => this.#steer(), failed: (reason) => this.#playRecording(`The pictures cannot be shown: ${reason}`) });
    this.#endFrames = onEachFrame(video, (mediaTimeS) => {
      options.listener.picture({ state: 'playing' });
      options.listener.painted(this.#epochAtZero === undefined ? undefined : this.#epochAtZero + mediaTimeS * 1000);
    });
    this.#steering = window.setInterval(() => this.#steer(), STEER_EVERY_MS);
    this.#fetch();
  }

  close(): void {
    this.#socket?.close();
    window.clearInterval(this.#steering);
    window.clearTimeout(this.#timer);
    this.#endFrames();
    this.#queue.close();
    this.#ended.abort();
    if (this.#address !== undefined) URL.revokeObjectURL(this.#address);
    this.video.onerror = null;
    release(this.video);
  }

  /** Asks for what is missing at the end of the window. */
  #fetch(): void {
    const { camera, from, to, listener, standBy } = this.#options;
    const handlers: VideoSocketHandlers = {
      message: (message) => this.#told(message),
      media: (data) => this.#queue.append(data),
      lost: () => {
        if (!this.#begun) listener.picture({ state: 'waiting', detail: 'The connection to the gateway broke; trying again' });
      },
    };
    const play = (): Play => {
      // A recorder may have by now what it did not have before.
      this.#asked = this.#missing[0]?.from ?? this.#keptUntil() ?? from;
      return { type: 'play', mode: 'past', from: this.#asked, to };
    };
    this.#socket = new VideoSocket(camera, play, handlers, standBy.socket());
  }

  #keptUntil(): EpochMs | undefined {
    const end = this.#queue.ranges().at(-1)?.end;
    return end === undefined || this.#epochAtZero === undefined ? undefined : this.#epochAtZero + end * 1000;
  }

  #told(message: FromVideo): void {
    if (message.type === 'init') this.#initialise(message);
    else if (message.type === 'end') this.#finish(message);
  }

  #initialise({ mime, epochAtZero }: Extract<FromVideo, { type: 'init' }>): void {
    const detail = unsupported(mime);
    if (detail !== undefined) {
      this.#socket?.close();
      this.#options.listener.picture({ state: 'unsupported', detail });
      return;
    }
    this.#epochAtZero ??= epochAtZero;
    this.#queue.format(mime, (epochAtZero - this.#epochAtZero) / 1000);
  }

  #finish({ reason = 'The gateway keeps no pictures of that time', missing = [], note }: Extract<FromVideo, { type: 'end' }>): void {
    const { now, to, listener, missing: tell } = this.#options;
    this.#missing = [...this.#missing.filter((gap) => gap.to <= this.#asked), ...missing];
    tell(this.#missing, note);
    this.#socket?.close();
    const missingMs = to + SETTLING_MS - now();
    if (missingMs > 0) {
      this.#timer = window.setTimeout(() => this.#fetch(), missingMs);
      if (this.#epochAtZero === undefined) listener.picture({ state: 'waiting', detail: reason });
    } else if (this.#epochAtZero === undefined) this.#playRecording(reason);
    else this.#complete = true;
  }

  #steer(): void {
    const { video } = this;
    const wanted = this.#window();
    const ranges = this.#queue.ranges();
    if (wanted === undefined || ranges.length === 0 || video.seeking) return;
    const seekTo = steerLoop(video.currentTime, wanted, ranges, this.#complete);
    if (seekTo !== undefined) video.currentTime = seekTo;
    if (!this.#begun) start(video);
    this.#begun = true;
  }

  #window(): Range | undefined {
    const { from, to } = this.#options;
    if (this.#epochAtZero === undefined) return undefined;
    return { start: (from - this.#epochAtZero) / 1000, end: (to - this.#epochAtZero) / 1000 };
  }

  /** A recording is written a moment after the alarm: until then the gateway does not find it. */
  #playRecording(detail: string): void {
    const { video } = this;
    const { listener } = this.#options;
    this.#socket?.close();
    this.#queue.close();
    this.#epochAtZero = undefined;
    listener.picture({ state: 'waiting', detail: `${detail}. Waiting for the recording` });
    video.loop = true;
    video.onerror = () => this.#loadAgain();
    void this.#load();
  }

  async #load(): Promise<void> {
    const { video } = this;
    const { camera, recording } = this.#options;
    try {
      const response = await fetchWithTicket('clip', camera, recording, this.#ended.signal);
      const file = await response.blob();
      if (this.#ended.signal.aborted) return;
      if (this.#address !== undefined) URL.revokeObjectURL(this.#address);
      this.#address = URL.createObjectURL(file);
      video.src = this.#address;
      start(video);
    } catch {
      this.#loadAgain();
    }
  }

  #loadAgain(): void {
    if (!this.#ended.signal.aborted) this.#timer = window.setTimeout(() => void this.#load(), RECORDING_RETRY_MS);
  }
}
