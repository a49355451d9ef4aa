import type { FromVideo } from '../../desk/video-protocol.ts';
import type { EpochMs } from '../../domain/clock.ts';
import { AppendQueue } from './append-queue.ts';
import type { PlayerOptions } from './picture.ts';
import { onEachFrame, release, start, unsupported } from './picture.ts';
import { liveTarget, steerLive } from './steer.ts';
import { VideoSocket } from './video-socket.ts';

/** A picture that has not changed for this long is not live, whatever the connection says. */
const FROZEN_MS = 2_000;
const KEEP_BEHIND_S = 10;
const TRIM_BEHIND_S = 25;

/** Plays a camera's live stream into a video element, as near to now as the stream allows. */
export class LivePlayer {
  readonly #options: PlayerOptions;
  readonly #socket: VideoSocket;
  readonly #watchdog: number;
  readonly #endFrames: () => void;
  #queue: AppendQueue;
  /** Whether the queue has begun to take a stream; a new stream needs a new one. */
  #begun = false;
  #epochAtZero: EpochMs = 0;
  #lastPicture: EpochMs | undefined;
  #paintedAtMs = performance.now();
  #lost: string | undefined;
  #end = 0;
  #largestStepS = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#queue = this.#newQueue();
    this.#endFrames = onEachFrame(options.video, (mediaTimeS) => this.#painted(mediaTimeS));
    this.#watchdog = window.setInterval(() => this.#watch(), 250);
    document.addEventListener('visibilitychange', this.#shown);
    this.#socket = new VideoSocket(options.camera, () => ({ type: 'play', mode: 'live' }), {
      message: (message) => this.#told(message),
      media: (data) => this.#queue.append(data),
      lost: () => {
        this.#begun = false;
        this.#lose('The connection to the gateway broke; trying again');
      },
    });
  }

  close(): void {
    this.#socket.close();
    window.clearInterval(this.#watchdog);
    document.removeEventListener('visibilitychange', this.#shown);
    this.#endFrames();
    this.#queue.close();
    release(this.#options.video);
  }

  #newQueue(): AppendQueue {
    return new AppendQueue(
      this.#options.video,
      () => this.#steer(),
      (reason) => this.#lose(`The picture cannot be shown: ${reason}`),
    );
  }

  #told(message: FromVideo): void {
    if (message.type === 'init') this.#initialise(message);
    else if (message.type === 'end') this.#lose(message.reason ?? 'The gateway ended the picture');
    else if (message.state === 'lost') this.#lose(message.detail);
  }

  #initialise({ mime, epochAtZero }: Extract<FromVideo, { type: 'init' }>): void {
    const detail = unsupported(mime);
    if (detail !== undefined) {
      this.#socket.close();
      this.#options.listener.picture({ state: 'unsupported', detail });
      return;
    }
    if (!this.#begun) {
      // The picture before stays on the screen, marked as lost, until there is a new one.
      if (this.#epochAtZero !== 0) {
        this.#queue.close();
        this.#queue = this.#newQueue();
      }
      this.#begun = true;
      this.#epochAtZero = epochAtZero;
      this.#end = 0;
    }
    this.#queue.format(mime, (epochAtZero - this.#epochAtZero) / 1000);
  }

  #steer(): void {
    const { video } = this.#options;
    const newest = this.#queue.ranges().at(-1);
    if (newest === undefined) return;
    if (this.#end > 0 && newest.end > this.#end) this.#largestStepS = Math.max(newest.end - this.#end, this.#largestStepS * 0.98);
    this.#end = newest.end;
    const { seekTo, playbackRate } = steerLive(video.currentTime, newest, liveTarget(this.#largestStepS), video.playbackRate);
    if (seekTo !== undefined) video.currentTime = seekTo;
    if (video.playbackRate !== playbackRate) video.playbackRate = playbackRate;
    if (video.paused && !document.hidden) start(video);
    if (video.currentTime - newest.start > TRIM_BEHIND_S) this.#queue.removeUntil(video.currentTime - KEEP_BEHIND_S);
  }

  #painted(mediaTimeS: number): void {
    this.#paintedAtMs = performance.now();
    this.#lastPicture = this.#epochAtZero + mediaTimeS * 1000;
    this.#lost = undefined;
    this.#options.listener.picture({ state: 'playing' });
    this.#options.listener.painted(this.#lastPicture);
  }

  #lose(detail: string): void {
    this.#lost = detail;
    // Pictures that are already here may still play for a moment; the watchdog speaks once they stop.
    if (this.#lastPicture === undefined) this.#options.listener.picture({ state: 'waiting', detail });
  }

  #watch(): void {
    if (document.hidden || performance.now() - this.#paintedAtMs < FROZEN_MS) return;
    const detail = this.#lost ?? 'The camera sends no new picture';
    this.#options.listener.picture({ state: 'lost', since: this.#lastPicture, detail });
  }

  /** A hidden tab paints nothing: that is not a loss. */
  readonly #shown = (): void => {
    this.#paintedAtMs = performance.now();
    this.#steer();
  };
}
