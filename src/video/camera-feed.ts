import type { Logger } from 'pino';
import type { StreamAddress } from '../adapter/contract.ts';
import { pause } from '../domain/clock.ts';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import { FRAGMENT_HEADER_BYTES } from './fmp4/fragment.ts';
import { Ingest } from './ingest.ts';
import { LossReporter } from './loss-reporter.ts';
import { PictureWriter } from './picture-writer.ts';
import { Ring } from './ring.ts';
import type { Group, Picture, StreamDescription } from './ring.ts';
import { Timeline } from './rtp/timeline.ts';
import { RtspSession } from './rtsp/client.ts';
import type { SlabPool } from './slabs.ts';
import { StallWatch } from './stall-watch.ts';
import { streamFigures } from './status.ts';
import type { CameraStatus } from './status.ts';
import { streamAddress } from './stream-address.ts';
import { VideoError } from './video-error.ts';

/** While the gateway starts, adapters need a moment before they know their cameras' addresses: no loss is told of yet. */
const START_GRACE_MS = 5_000;
const FIRST_RETRY_MS = 1_000;
/** No longer than this without a picture of a camera that is back. */
const MAX_RETRY_MS = 10_000;
/** A wrong password or an unsupported stream does not mend itself, and cameras lock out those who try too often. */
const SLOW_RETRY_MS = 60_000;
const STEADY_MS = 10_000;
/** Far above 15 s of any camera's stream; bounds a stream that never has another key frame. */
const MAX_RING_BYTES = 64 * 1024 * 1024;

export interface FeedState {
  readonly state: 'connecting' | 'live' | 'lost';
  readonly since: EpochMs;
  /** A sentence for the dispatcher. */
  readonly detail: string;
}

/** Whoever is handed a camera's pictures as they come: a viewer's tile, a recording. */
export interface Reader {
  readonly kind: 'viewer' | 'recording';
  /** Who needs the picture for longer than this holds its group in the ring. */
  picture(picture: Picture, group: Group): void;
  state(state: FeedState): void;
}

export interface FeedOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly pool: SlabPool;
  readonly ringSeconds: number;
  readonly report: (signal: DeviceSignal) => Promise<void>;
  /** From 0 to 1, spreads the attempts of many cameras. */
  readonly random: () => number;
}

/** One camera: the connection to it, which is kept up, the ring of its last seconds, and those who read it. */
export class CameraFeed {
  readonly camera: PointId;
  readonly ring: Ring;
  readonly #writer: PictureWriter;
  readonly #options: FeedOptions;
  readonly #timeline = new Timeline();
  readonly #reporter: LossReporter;
  readonly #readers = new Set<Reader>();
  #name = '';
  #state: FeedState;
  #stream: StreamDescription | undefined;
  #current: { readonly session: RtspSession; readonly ingest: Ingest } | undefined;
  #controller = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;
  #attachedAtMs = 0;
  #lastPictureMs: number | undefined;
  #liveSinceMs = 0;
  #failures = 0;
  /** In the sessions before this one. */
  readonly #lostBefore = { pictures: 0, packets: 0 };

  constructor(camera: PointId, options: FeedOptions) {
    this.camera = camera;
    this.#options = options;
    this.#state = { state: 'connecting', since: options.clock.now(), detail: 'connecting to the camera' };
    this.#reporter = new LossReporter(camera, options.clock, options.report);
    const limits = { seconds: options.ringSeconds, maxBytes: MAX_RING_BYTES };
    this.ring = new Ring(options.pool, limits);
    this.#writer = new PictureWriter(options.pool, FRAGMENT_HEADER_BYTES);
  }

  get state(): FeedState {
    return this.#state;
  }

  /** Takes pictures from the address that `open` tells at each attempt, from now on; what the ring has and who reads it stays. */
  start(name: string, open: () => Promise<StreamAddress>): void {
    this.#name = name;
    this.#controller.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.#attachedAtMs = this.#options.clock.monotonicMs();
    this.#failures = 0;
    this.#running = this.#running.then(() => this.#run(open, controller.signal));
  }

  /** From now on `reader` is handed every picture; what the ring has is before that, without a gap. */
  addReader(reader: Reader): void {
    this.#readers.add(reader);
  }

  removeReader(reader: Reader): void {
    this.#readers.delete(reader);
  }

  status(): CameraStatus {
    const readers = [...this.#readers];
    const { session, ingest } = this.#current ?? {};
    const offset = ingest?.clockOffsetMs;
    return {
      camera: this.camera,
      name: this.#name,
      ...this.#state,
      ...streamFigures(this.ring),
      ...(session?.transport === undefined ? {} : { transport: session.transport }),
      ...(offset === undefined ? {} : { clockOffsetMs: offset }),
      viewers: readers.filter(({ kind }) => kind === 'viewer').length,
      picturesDropped: this.#lostBefore.pictures + (ingest?.dropped ?? 0),
      packetsLost: this.#lostBefore.packets + (session?.packetsLost ?? 0),
    };
  }

  /** Calling again changes nothing. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#controller.abort();
    this.#reporter.close();
    await this.#running;
    this.#writer.close();
    this.ring.clear();
  }

  async #run(open: () => Promise<StreamAddress>, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        signal.throwIfAborted();
        const failure = await this.#connect(open, signal).catch((error: unknown) => asVideoError(error));
        signal.throwIfAborted();
        this.#failed(failure);
        await pause(this.#options.clock, this.#retryDelayMs(failure), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** One connection from beginning to end. @throws VideoError always: that is how a connection ends. */
  async #connect(open: () => Promise<StreamAddress>, signal: AbortSignal): Promise<never> {
    const { clock } = this.#options;
    const session = await RtspSession.open(await streamAddress(open, clock, signal), clock, signal);
    let watch: StallWatch | undefined;
    const ingest = new Ingest({
      media: session.media,
      ring: this.ring,
      timeline: this.#timeline,
      writer: this.#writer,
      clock,
      previousStream: this.#stream,
      onPicture: (picture, group) => {
        watch?.shown(picture.key);
        this.#picture(picture, group);
      },
      onArrival: () => watch?.arrived(),
    });
    this.#current = { session, ingest };
    try {
      await session.play(ingest);
      watch = new StallWatch(clock, session.transport === 'udp' ? ' by UDP: a firewall may drop its packets' : '');
      return await Promise.race([session.lost, watch.stalled]);
    } finally {
      watch?.stop();
      session.close();
      this.#lostBefore.pictures += ingest.dropped;
      this.#lostBefore.packets += session.packetsLost;
      this.#current = undefined;
    }
  }

  #picture(picture: Picture, group: Group): void {
    this.#stream = group.stream;
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#state.state !== 'live') this.#restored(nowMs, group.stream);
    this.#lastPictureMs = nowMs;
    for (const reader of this.#readers) reader.picture(picture, group);
  }

  #restored(nowMs: number, { codec, width, height }: StreamDescription): void {
    const blindMs = nowMs - (this.#lastPictureMs ?? this.#attachedAtMs);
    if (this.#state.state === 'lost') this.#reporter.restored(Math.round(blindMs / 1000));
    else this.#reporter.first();
    this.#liveSinceMs = nowMs;
    this.#enter('live', `${codec === 'H264' ? 'H.264' : 'H.265'}, ${width} x ${height}`);
  }

  #failed(failure: VideoError): void {
    const { clock, log } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#state.state === 'live' && nowMs - this.#liveSinceMs >= STEADY_MS) this.#failures = 0;
    this.#failures += 1;
    const starting = this.#state.state === 'connecting' && nowMs - this.#attachedAtMs < START_GRACE_MS;
    if (starting && !isSlow(failure)) return;
    if (this.#state.state !== 'lost') {
      const err = failure.code === 'protocol' ? failure.cause : undefined;
      log.warn({ camera: this.camera, code: failure.code, err }, `picture lost: ${failure.message}`);
      this.#reporter.lost(failure.message);
      this.#enter('lost', failure.message);
    } else if (this.#state.detail !== failure.message) this.#enter('lost', failure.message, this.#state.since);
  }

  #enter(state: FeedState['state'], detail: string, since = this.#options.clock.now()): void {
    this.#state = { state, since, detail };
    for (const reader of this.#readers) reader.state(this.#state);
  }

  #retryDelayMs(failure: VideoError): number {
    const spread = this.#options.random();
    if (isSlow(failure)) return SLOW_RETRY_MS * (1 + 0.1 * spread);
    return Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), MAX_RETRY_MS) * (0.5 + 0.5 * spread);
  }
}

function isSlow({ code }: VideoError): boolean {
  return code === 'unauthorised' || code === 'unsupported';
}

function asVideoError(error: unknown): VideoError {
  return error instanceof VideoError ? error : new VideoError('protocol', 'the stream could not be handled', { cause: error });
}
