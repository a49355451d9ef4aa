import type { FromVideo, StreamKind } from '../../desk/video-protocol.ts';
import type { EpochMs } from '../../domain/clock.ts';
import { AppendQueue } from './append-queue.ts';
import type { LiveListener, Picture } from './picture.ts';
import { FROZEN_MS, WATCH_MS, bringsPicture, onEachFrame, release, start, unsupported } from './picture.ts';
import type { StandBy } from './stand-by.ts';
import { liveTarget, steerLive } from './steer.ts';
import type { VideoSocketHandlers } from './video-socket.ts';
import { VideoSocket } from './video-socket.ts';

/** A stream that the browser refused so often, each time soon after the last, is not one that it decodes. */
const MOST_FAILURES = 3;
const SOON_MS = 30_000;
/** So long it may take until the camera's other stream is there. */
const OTHER_STREAM_MS = 5_000;
const KEEP_BEHIND_S = 10;
const TRIM_BEHIND_S = 25;

/** Plays a camera's live stream, as near to now as the stream allows. A tile may take it over while it plays. */
export class LivePlayer {
  readonly camera: string;
  readonly video: HTMLVideoElement;
  readonly #standBy: StandBy;
  readonly #socket: VideoSocket;
  readonly #watchdog: number;
  readonly #endFrames: () => void;
  #queue: AppendQueue;
  #listener: LiveListener | undefined;
  #picture: Picture = { state: 'waiting', detail: 'Waiting for the picture' };
  /** Between two tiles it does not play: what is not on the page is not decoded. */
  #resting = false;
  /** Whether the queue has begun to take a stream; a new stream needs a new one. */
  #begun = false;
  #epochAtZero: EpochMs = 0;
  #lastPicture: EpochMs | undefined;
  #paintedAtMs = performance.now();
  #lost: string | undefined;
  #slow = false;
  #wanted: StreamKind = 'main';
  /** What comes now cannot be decoded: the sub-stream was asked for, and this ends the waiting for it. */
  #skipping: number | undefined;
  #onlySub = false;
  /** Which stream comes, where that is known. */
  #stream: StreamKind | undefined;
  /** The browser refused what came: it is given nothing until the stream begins again. */
  #broken = false;
  #failures = 0;
  #failedAtMs = -Infinity;
  /** Streams that cannot be decoded although the browser says that it knows their kind, and why. */
  readonly #refused = new Map<StreamKind | undefined, string>();
  #end = 0;
  #largestStepS = 0;

  /** @param converted whether the gateway is to make what this browser decodes */
  constructor(camera: string, standBy: StandBy, converted = false) {
    this.camera = camera;
    this.#standBy = standBy;
    const { video, queue } = standBy.element();
    this.video = video;
    this.#queue = queue;
    this.#listenTo(queue);
    this.#endFrames = onEachFrame(video, (mediaTimeS) => this.#painted(mediaTimeS));
    this.#watchdog = window.setInterval(() => this.#watch(), WATCH_MS);
    document.addEventListener('visibilitychange', this.#shown);
    const handlers: VideoSocketHandlers = {
      message: (message) => this.#told(message),
      media: (data) => {
        if (this.#skipping === undefined && !this.#broken) this.#queue.append(data);
      },
      lost: () => {
        this.#begun = false;
        this.#tellSlow(false);
        if (!this.#broken) this.#lose('The connection to the gateway broke; trying again');
      },
    };
    this.#socket = new VideoSocket(
      camera,
      () => ({ type: 'play', mode: 'live', ...(converted ? { convert: true } : { stream: this.#wanted }) }),
      handlers,
      standBy.socket(),
    );
  }

  /** Tells a tile what happens from now on, beginning with how it is. `stream`: the one that is good for such a tile. */
  showIn(listener: LiveListener, stream: StreamKind): void {
    this.#want(stream);
    this.#listener = listener;
    this.#resting = false;
    this.#shown();
    listener.picture(this.#picture);
    listener.slow(this.#slow);
    // It played a moment ago: it brings its picture along.
    if (this.#picture.state !== 'playing' || performance.now() - this.#paintedAtMs > WATCH_MS) return;
    bringsPicture(this.video);
    listener.painted(this.#lastPicture);
  }

  /** The tile is gone; another may follow. */
  rest(): void {
    this.#listener = undefined;
    this.#resting = true;
  }

  close(): void {
    this.#socket.close();
    window.clearTimeout(this.#skipping);
    window.clearInterval(this.#watchdog);
    document.removeEventListener('visibilitychange', this.#shown);
    this.#endFrames();
    this.#queue.close();
    release(this.video);
  }

  #listenTo(queue: AppendQueue): void {
    queue.listen({ changed: () => this.#steer(), failed: (reason) => this.#failed(`The picture cannot be shown: ${reason}`) });
  }

  /** A damaged picture ends the MediaSource: the stream begins again in a new one, unless that has been tried often enough. */
  #failed(detail: string): void {
    if (this.#broken) return;
    this.#broken = true;
    const nowMs = performance.now();
    this.#failures = nowMs - this.#failedAtMs < SOON_MS ? this.#failures + 1 : 1;
    this.#failedAtMs = nowMs;
    if (this.#failures >= MOST_FAILURES) {
      this.#failures = 0;
      this.#refused.set(this.#stream, detail);
      this.#trySub(this.#stream, detail);
    }
    this.#socket.reopen();
    this.#lose(detail);
  }

  #told(message: FromVideo): void {
    if (message.type === 'init') this.#initialise(message);
    else if (message.type === 'end') this.#lose(message.reason ?? 'The gateway ended the picture');
    else {
      this.#tellSlow(message.state === 'skipped');
      if (message.state === 'lost') this.#lose(message.detail);
    }
  }

  #want(stream: StreamKind): void {
    if (stream === this.#wanted || (stream === 'main' && this.#onlySub)) return;
    this.#wanted = stream;
    this.#socket.say({ type: 'stream', stream });
  }

  /** Another stream of the camera may be of a kind that this browser decodes. */
  #trySub(stream: StreamKind | undefined, detail: string): void {
    if (this.#skipping !== undefined && stream !== 'sub') return;
    window.clearTimeout(this.#skipping);
    this.#onlySub = true;
    this.#want('sub');
    this.#skipping = window.setTimeout(
      () => {
        this.#socket.close();
        this.#tell({ state: 'unsupported', detail });
      },
      stream === 'sub' ? 0 : OTHER_STREAM_MS,
    );
  }

  #initialise({ mime, epochAtZero, stream }: Extract<FromVideo, { type: 'init' }>): void {
    this.#stream = stream;
    const detail = unsupported(mime) ?? this.#refused.get(stream);
    if (detail !== undefined) return this.#trySub(stream, detail);
    window.clearTimeout(this.#skipping);
    this.#skipping = undefined;
    this.#standBy.plays(mime);
    if (!this.#begun) {
      // The picture before stays on the screen, marked as lost, until there is a new one.
      if (this.#epochAtZero !== 0) {
        this.#queue.close();
        this.#queue = new AppendQueue(this.video);
        this.#listenTo(this.#queue);
      }
      this.#begun = true;
      this.#broken = false;
      this.#epochAtZero = epochAtZero;
      this.#end = 0;
    }
    this.#queue.format(mime, (epochAtZero - this.#epochAtZero) / 1000);
  }

  #steer(): void {
    const { video } = this;
    const newest = this.#queue.ranges().at(-1);
    if (newest === undefined) return;
    if (this.#end > 0 && newest.end > this.#end) this.#largestStepS = Math.max(newest.end - this.#end, this.#largestStepS * 0.98);
    this.#end = newest.end;
    const { seekTo, playbackRate } = steerLive(video.currentTime, newest, liveTarget(this.#largestStepS), video.playbackRate);
    if (seekTo !== undefined) video.currentTime = seekTo;
    if (video.playbackRate !== playbackRate) video.playbackRate = playbackRate;
    if (video.paused && !document.hidden && !this.#resting) start(video);
    if (video.currentTime - newest.start > TRIM_BEHIND_S) this.#queue.removeUntil(video.currentTime - KEEP_BEHIND_S);
  }

  #painted(mediaTimeS: number): void {
    this.#paintedAtMs = performance.now();
    this.#lastPicture = this.#epochAtZero + mediaTimeS * 1000;
    this.#lost = undefined;
    this.#tell({ state: 'playing' });
    this.#listener?.painted(this.#lastPicture);
  }

  #lose(detail: string): void {
    this.#lost = detail;
    // Pictures that are already here may still play for a moment; the watchdog speaks once they stop.
    if (this.#lastPicture === undefined) this.#tell({ state: 'waiting', detail });
  }

  #watch(): void {
    if (document.hidden || this.#resting || performance.now() - this.#paintedAtMs < FROZEN_MS) return;
    const detail = this.#lost ?? 'The camera sends no new picture';
    this.#tell({ state: 'lost', since: this.#lastPicture, detail });
  }

  #tellSlow(slow: boolean): void {
    this.#slow = slow;
    this.#listener?.slow(slow);
  }

  #tell(picture: Picture): void {
    this.#picture = picture;
    this.#listener?.picture(picture);
  }

  /** A hidden tab paints nothing: that is not a loss. */
  readonly #shown = (): void => {
    this.#paintedAtMs = performance.now();
    this.#steer();
  };
}
