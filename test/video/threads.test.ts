import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { createVideo } from '../../src/video/index.ts';
import { until } from '../support/until.ts';
import { TestSocket } from './support/socket.ts';

const CAMERAS = ['cam-1', 'cam-2', 'cam-3', 'cam-4'];

describe('threads of video', function () {
  this.timeout(60_000);

  it('have the cameras spread over them, and the end of one costs its own alone, which come back', async () => {
    const camera = createCamera('cam-lobby', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'secret of the lab' });
    await camera.start();
    const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-video-'));
    const threads: Worker[] = [];
    const count = (thread: Worker) => void threads.push(thread);
    process.on('worker', count);
    const options = { clock: systemClock, log: pino({ level: 'silent' }), dataDir, report: () => Promise.resolve() };
    const video = createVideo(options, { mostThreads: 2, camerasPerThread: 1 });
    try {
      const address = { uri: `rtsp://127.0.0.1:${camera.rtspPort}/stream`, username: 'sallyport', password: 'secret of the lab' };
      for (const id of CAMERAS) video.attach({ id, name: id }, () => Promise.resolve(address));
      const status = () => video.status().map(({ camera: id, state, since }) => ({ id, state, since }));
      const live = (...ids: string[]) => until(`${ids.join()} live`, () => status().every(({ id, state }) => !ids.includes(id) || state === 'live'));
      await live(...CAMERAS);
      assert.equal(threads.length, 2);
      const before = status();
      const tiles = CAMERAS.map((id) => {
        const tile = new TestSocket();
        video.serve(tile.asWebSocket, id);
        tile.play({ mode: 'live' });
        return { id, tile };
      });
      await until('pictures in every tile', () => tiles.every(({ tile }) => tile.pictures > 0));

      await threads[0]!.terminate();
      await until('the tiles of the thread to be closed', () => tiles.filter(({ tile }) => tile.closedWith !== undefined).length === 2);
      const [lost, kept] = [tiles.filter(({ tile }) => tile.closedWith !== undefined), tiles.filter(({ tile }) => tile.closedWith === undefined)];
      assert.deepEqual(
        lost.map(({ tile }) => tile.closedWith),
        [1012, 1012],
      );
      const counts = kept.map(({ tile }) => tile.pictures);
      await until('further pictures in the others', () => kept.every(({ tile }, index) => tile.pictures > counts[index]! + 5));
      await live(...CAMERAS);
      assert.equal(threads.length, 3);
      const unchanged = (ids: readonly { readonly id: string }[]) =>
        ids.map(({ id }) => status().find((each) => each.id === id)?.since === before.find((each) => each.id === id)?.since);
      assert.deepEqual(
        [unchanged(kept), unchanged(lost)],
        [
          [true, true],
          [false, false],
        ],
      );
      assert.deepEqual(
        kept.map(({ tile }) => tile.closedWith),
        [undefined, undefined],
      );
    } finally {
      process.removeListener('worker', count);
      await video.close();
      await camera.stop();
      await rm(dataDir, { recursive: true });
    }
  });
});
