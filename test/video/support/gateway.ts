import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createEngine } from '../../../src/video/engine.ts';
import type { Video } from '../../../src/video/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { TestCamera } from './camera.ts';
import { film } from './footage.ts';
import type { FilmOptions } from './footage.ts';
import { TestSocket } from './socket.ts';

export const CAMERA = 'cam-1';

/** A gateway's video part with one camera, on a clock that moves as pictures are sent. */
export class TestGateway {
  readonly clock = new ManualClock();
  readonly camera: TestCamera;
  readonly dataDir: string;
  video: Video;
  /** What was told of recordings that lack a part. */
  readonly incomplete: string[] = [];
  #watcher = new TestSocket();

  private constructor(camera: TestCamera, dataDir: string) {
    this.camera = camera;
    this.dataDir = dataDir;
    this.video = this.#start();
  }

  static async start(options: FilmOptions = { seconds: 4 }): Promise<TestGateway> {
    const camera = new TestCamera(await film(options), { codec: options.codec ?? 'h264' });
    await camera.start();
    return new TestGateway(camera, await mkdtemp(join(tmpdir(), 'sallyport-video-')));
  }

  /** Starts the gateway again over the same data. */
  async restart(): Promise<void> {
    await this.video.close();
    this.camera.drop();
    this.video = this.#start();
  }

  /** Sends pictures at their pace; each one has arrived before the next leaves. */
  async send(count: number): Promise<void> {
    await until('the camera plays', () => this.camera.playing > 0);
    for (let i = 0; i < count; i += 1) {
      const before = this.#watcher.pictures;
      this.clock.advance(40);
      this.camera.send();
      // Finer than `until` looks, since there are hundreds of pictures.
      for (let turns = 0; this.#watcher.pictures === before && turns < 2_000; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      await until('the picture arrives', () => this.#watcher.pictures > before);
    }
  }

  /** Opens a tile. */
  tile(): TestSocket {
    const socket = new TestSocket();
    this.video.serve(socket.asWebSocket, CAMERA);
    return socket;
  }

  async stop(): Promise<void> {
    await this.video.close();
    await this.camera.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  #start(): Video {
    const video = createEngine({
      clock: this.clock,
      log: pino({ level: 'silent' }),
      dataDir: this.dataDir,
      report: () => Promise.resolve(),
      incomplete: (_, sentence) => this.incomplete.push(sentence),
    });
    video.attach({ id: CAMERA, name: 'Camera 1' }, () => Promise.resolve(this.camera.address));
    this.#watcher = new TestSocket();
    video.serve(this.#watcher.asWebSocket, CAMERA);
    this.#watcher.play({ mode: 'live' });
    return video;
  }
}
