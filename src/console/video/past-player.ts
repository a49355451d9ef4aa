import type { FromVideo, Play } from '../../desk/video-protocol.ts';
import type { EpochMs } from '../../domain/clock.ts';
import { AppendQueue } from './append-queue.ts';
import type { PlayerOptions } from './picture.ts';
import { onEachFrame, start, unsupported } from './picture.ts';
import { steerLoop } from './steer.ts';
import { VideoSocket } from './video-socket.ts';

export interface PastOptions extends PlayerOptions {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The recording of the same time, for when the gateway's memory no longer holds it. */
  readonly recording: string;
}

/** How long to wait for the older pictures before the loop begins with what is there. */
const PATIENCE_MS = 700;
const RECORDING_RETRY_MS = 3_000;

/** Plays a part of the past in a loop. While that part is not over yet it is followed live and grows. */
export class PastPlayer {
  readonly #options: PastOptions;
  readonly #socket: VideoSocket;
  readonly #endFrames: () => void;
  readonly #watchdog: number;
  #queue: AppendQueue;
  #epochAtZero: EpochMs | undefined;
  #complete = false;
  #begun = false;
  #firstMediaMs: number | undefined;
  #retry: number | undefined;

  constructor(options: PastOptions) {
    this.#options = options;
    this.#queue = this.#newQueue();
    this.#endFrames = onEachFrame(options.video, (mediaTimeS) => {
      const { listener } = this.#options;
      listener.picture({ state: 'playing' });
      listener.painted(this.#epochAtZero === undefined ? undefined : this.#epochAtZero + mediaTimeS * 1000);
    });
    this.#watchdog = window.setInterval(() => this.#steer(), 100);
    this.#socket = new VideoSocket(options.camera, () => this.#play(), {
      message: (message) => this.#told(message),
      media: (data) => {
        this.#firstMediaMs ??= performance.now();
        this.#queue.append(data);
      },
      lost: () => {
        if (!this.#begun) options.listener.picture({ state: 'waiting', detail: 'The connection to the gateway broke; trying again' });
      },
    });
  }

  close(): void {
    this.#socket.close();
    window.clearInterval(this.#watchdog);
    window.clearTimeout(this.#retry);
    this.#endFrames();
    this.#queue.close();
  }

  #newQueue(): AppendQueue {
    return new AppendQueue(
      this.#options.video,
      () => this.#steer(),
      () => this.#playRecording('The pictures cannot be decoded'),
    );
  }

  #play(): Play {
    const { from, to, now } = this.#options;
    return now() < to ? { type: 'play', mode: 'live', from } : { type: 'play', mode: 'past', from, to };
  }

  #told(message: FromVideo): void {
    if (message.type === 'init') this.#initialise(message);
    else if (message.type === 'end') this.#ended(message.reason);
  }

  #initialise({ mime, epochAtZero }: Extract<FromVideo, { type: 'init' }>): void {
    const detail = unsupported(mime);
    if (detail !== undefined) {
      this.#socket.close();
      this.#options.listener.picture({ state: 'unsupported', detail });
      return;
    }
    this.#epochAtZero ??= epochAtZero;
    this.#queue.format(mime, (epochAtZero - this.#epochAtZero) / 1000);
  }

  #ended(reason: string | undefined): void {
    this.#socket.close();
    this.#complete = true;
    if (this.#firstMediaMs === undefined) this.#playRecording(reason ?? 'The gateway keeps no pictures of that time');
    else this.#steer();
  }

  #steer(): void {
    const { video, from, to } = this.#options;
    if (this.#epochAtZero === undefined || video.seeking) return;
    const window = { start: (from - this.#epochAtZero) / 1000, end: (to - this.#epochAtZero) / 1000 };
    const ranges = this.#queue.ranges();
    const newest = ranges.at(-1);
    if (newest === undefined) return;
    if (!this.#complete && newest.end >= window.end) {
      this.#complete = true;
      this.#socket.close();
    }
    if (!this.#begun) {
      const whole = ranges.some((range) => range.start <= window.start + 0.05 && range.end > window.start);
      const waited = performance.now() - (this.#firstMediaMs ?? Infinity) > PATIENCE_MS;
      if (!whole && !waited && !this.#complete) return;
      this.#begun = true;
      start(video);
    }
    const seekTo = steerLoop(video.currentTime, window, ranges, this.#complete);
    if (seekTo !== undefined) video.currentTime = seekTo;
  }

  /** A recording is written a moment after the alarm: until then the gateway does not find it. */
  #playRecording(detail: string): void {
    const { video, recording, listener } = this.#options;
    this.#socket.close();
    this.#queue.close();
    this.#epochAtZero = undefined;
    this.#begun = true;
    listener.picture({ state: 'waiting', detail: `${detail}. Waiting for the recording` });
    const load = () => {
      video.loop = true;
      video.src = recording;
      start(video);
    };
    video.onerror = () => {
      this.#retry = window.setTimeout(load, RECORDING_RETRY_MS);
    };
    load();
  }
}
