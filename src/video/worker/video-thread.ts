import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import type { Level } from 'pino';
import { backOffMs } from '../../adapter/back-off.ts';
import type { FoundRecording, StreamAddress } from '../../adapter/contract.ts';
import type { StreamKind } from '../../desk/video-protocol.ts';
import { Calls, outcomeOf } from '../../adapter/worker/calls.ts';
import { Heartbeat } from '../../adapter/worker/heartbeat.ts';
import type { EpochMs } from '../../domain/clock.ts';
import type { PointId } from '../../domain/point.ts';
import type { OpenStream } from '../camera-streams.ts';
import type { Clip } from '../clip.ts';
import { BEFORE_ALARM_MS, DEFAULT_RECORDING_MINUTES } from '../evidence.ts';
import type { CameraStatus, ThreadMemory } from '../status.ts';
import type { TileSocket, VideoOptions } from '../video.ts';
import type { FromVideoThread, ThreadSettings, ToVideo } from './messages.ts';
import { Tiles } from './tiles.ts';

/** A thread that does not answer for so long is ended and started again. */
const SILENT_SECONDS = 10;
const CLOSE_LIMIT_MS = 5_000;
/**
 * Room for the objects of a thread, some hundred bytes for each picture in a ring: 20 MB for a hundred cameras. The collector lets what is no longer used grow
 * in proportion to the room that it is given, so that with the gigabytes of Node's default most of the heap would be pictures long gone.
 */
const HEAP_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16 };
/** A thread that lived this long did not end because of how it started. */
const HEALTHY_MS = 60_000;

interface Attached {
  readonly name: string;
  readonly open: OpenStream;
  readonly since: EpochMs;
}

interface Keep {
  readonly incident: string;
  readonly cameras: readonly PointId[];
  readonly at: EpochMs;
  readonly askedAt: EpochMs;
  over: boolean;
}

/** One video thread with its cameras. When it ends by itself it is started again, and its cameras and recordings with it. */
export class VideoThread {
  readonly #options: VideoOptions;
  readonly #cameras = new Map<PointId, Attached>();
  readonly #tiles = new Tiles((message) => this.#post(message));
  readonly #calls = new Calls();
  /** What may still be recorded, so that it goes on in another life of the thread. */
  #keeps: Keep[] = [];
  #worker: Worker;
  #heartbeat: Heartbeat;
  #status = new Map<PointId, CameraStatus>();
  #memory: readonly ThreadMemory[] = [];
  #startedAtMs: number;
  #failures = 0;
  #cancelRestart: () => void = () => undefined;
  #closing: { readonly done: () => void } | undefined;

  constructor(options: VideoOptions) {
    this.#options = options;
    this.#startedAtMs = options.clock.monotonicMs();
    this.#worker = this.#start();
    this.#heartbeat = this.#watch();
  }

  /** How many cameras it has. */
  get size(): number {
    return this.#cameras.size;
  }

  has(camera: PointId): boolean {
    return this.#cameras.has(camera);
  }

  attach(camera: PointId, name: string, open: OpenStream): void {
    this.#cameras.set(camera, { name, open, since: this.#options.clock.now() });
    this.#post({ type: 'attach', camera, name });
  }

  serve(socket: TileSocket, camera: PointId): void {
    this.#tiles.open(socket, camera);
  }

  keep(incident: string, cameras: readonly PointId[], at: EpochMs, resumes = false): void {
    this.#forgetOldKeeps();
    this.#keeps.push({ incident, cameras, at, askedAt: this.#options.clock.now(), over: false });
    this.#post({ type: 'keep', incident, cameras, at, resumes });
  }

  over(incident: string): void {
    const own = this.#keeps.filter((keep) => keep.incident === incident && !keep.over);
    for (const keep of own) keep.over = true;
    if (own.length > 0) this.#post({ type: 'over', incident });
  }

  async clip(camera: PointId, from: EpochMs, to: EpochMs): Promise<Clip | undefined> {
    return (await this.#calls.make((call) => this.#post({ type: 'clip', call, camera, from, to }))) as Clip | undefined;
  }

  status(): CameraStatus[] {
    return [...this.#cameras].map(([camera, { name, since }]) => this.#status.get(camera) ?? connecting(camera, name, since));
  }

  /** What the thread said last of its memory; nothing before that. */
  memory(): readonly ThreadMemory[] {
    return this.#memory;
  }

  async close(): Promise<void> {
    this.#cancelRestart();
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(CLOSE_LIMIT_MS, resolve);
      this.#closing = {
        done: () => {
          cancel();
          resolve();
        },
      };
      this.#post({ type: 'close' });
    });
    this.#heartbeat.stop();
    this.#tiles.terminateAll();
    await this.#worker.terminate();
  }

  #start(): Worker {
    const { dataDir, ringSeconds, ringStream, liveMain, conversions, recordingMinutes, log } = this.#options;
    const settings: ThreadSettings = { dataDir, ringSeconds, ringStream, liveMain, conversions, recordingMinutes, logLevel: log.level };
    // The entry registers what is needed; what the gateway itself was started with does not concern the thread.
    const worker = new Worker(new URL('entry.mjs', import.meta.url), {
      workerData: settings,
      execArgv: [],
      resourceLimits: HEAP_LIMITS,
    });
    worker.on('message', (message: FromVideoThread) => this.#take(message));
    worker.on('error', (err: unknown) => log.error({ err }, 'a video thread has crashed'));
    worker.once('exit', () => this.#ended());
    return worker;
  }

  #watch(): Heartbeat {
    const silent = () => {
      this.#options.log.error(`a video thread did not answer for ${SILENT_SECONDS} s and is ended`);
      void this.#worker.terminate();
    };
    return new Heartbeat(this.#options.clock, SILENT_SECONDS, () => this.#post({ type: 'ping' }), silent);
  }

  #take(message: FromVideoThread): void {
    switch (message.type) {
      case 'ready':
        return this.#heartbeat.start();
      case 'pong':
        return this.#heartbeat.answered();
      case 'send':
        return this.#tiles.send(message.parcels);
      case 'hang-up':
        return this.#tiles.hangUp(message.tile, message.code, message.reason);
      case 'incomplete':
        return this.#options.incomplete?.(message.camera, message.sentence);
      case 'status':
        this.#status = new Map(message.cameras.map((status) => [status.camera, status]));
        this.#memory = message.memory;
        return;
      case 'address':
        return this.#answer(message.call, this.#address(message.camera, message.stream));
      case 'recorder':
        return this.#answer(message.call, this.#recorder(message.camera, message.from, message.to));
      case 'report':
        return this.#answer(message.call, this.#options.report(message.signal));
      case 'log':
        return this.#log(message.line);
      case 'closed':
        return this.#closing?.done();
      case 'answer':
        return this.#calls.settle(message.call, message.outcome);
    }
  }

  async #recorder(camera: PointId, from: EpochMs, to: EpochMs): Promise<FoundRecording | undefined> {
    return this.#options.recorder?.(camera, from, to);
  }

  async #address(camera: PointId, stream: StreamKind): Promise<StreamAddress | undefined> {
    const attached = this.#cameras.get(camera);
    if (attached === undefined) throw new Error('the camera was taken away');
    return attached.open(stream);
  }

  #answer(call: number, result: Promise<unknown>): void {
    void outcomeOf(result).then((outcome) => this.#post({ type: 'answer', call, outcome }));
  }

  #log(line: string): void {
    const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg?: string };
    this.#options.log[(pino.levels.labels[level] ?? 'info') as Level](fields, msg);
  }

  #ended(): void {
    this.#heartbeat.stop();
    if (this.#closing !== undefined) return this.#closing.done();
    const { clock, log } = this.#options;
    this.#status.clear();
    this.#memory = [];
    this.#tiles.hangUpAll();
    this.#calls.rejectAll(new Error('video was started again: ask once more'));
    this.#failures = clock.monotonicMs() - this.#startedAtMs > HEALTHY_MS ? 0 : this.#failures + 1;
    log.error({ cameras: this.#cameras.size }, 'a video thread has ended and is started again');
    // The first time at once: its cameras are blind meanwhile.
    this.#cancelRestart = clock.after(this.#failures <= 1 ? 0 : backOffMs(this.#failures, 0), () => this.#restart());
  }

  #restart(): void {
    this.#startedAtMs = this.#options.clock.monotonicMs();
    this.#worker = this.#start();
    this.#heartbeat = this.#watch();
    for (const [camera, { name }] of this.#cameras) this.#post({ type: 'attach', camera, name });
    this.#forgetOldKeeps();
    for (const { incident, cameras, at, over } of this.#keeps) {
      this.#post({ type: 'keep', incident, cameras, at, resumes: true });
      if (over) this.#post({ type: 'over', incident });
    }
  }

  #forgetOldKeeps(): void {
    const { clock, recordingMinutes = DEFAULT_RECORDING_MINUTES } = this.#options;
    const horizon = clock.now() - BEFORE_ALARM_MS - recordingMinutes * 60_000;
    this.#keeps = this.#keeps.filter(({ askedAt }) => askedAt > horizon);
  }

  #post(message: ToVideo): void {
    this.#worker.postMessage(message);
  }
}

function connecting(camera: PointId, name: string, since: EpochMs): CameraStatus {
  const nothing = { ringSeconds: 0, ringBytes: 0, viewers: 0, picturesDropped: 0, packetsLost: 0 };
  return { camera, name, state: 'connecting', since, detail: 'connecting to the camera', ...nothing };
}
