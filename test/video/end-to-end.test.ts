import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { createVideo } from '../../src/video/index.ts';
import { until } from '../support/until.ts';
import { decode } from './support/footage.ts';
import { piecesOf } from './support/socket.ts';

/** A simulated camera, the gateway's video part, and a WebSocket server as the desk has one. */
async function arrange(password = 'secret of the lab') {
  const camera = createCamera('cam-lobby', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'secret of the lab' });
  await camera.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-video-'));
  const reported: DeviceSignal[] = [];
  /** What was read on connecting is no news. */
  const report = (signal: DeviceSignal) => {
    if (signal.initial !== true) reported.push(signal);
    return Promise.resolve();
  };
  const video = createVideo({ clock: systemClock, log: pino({ level: 'silent' }), dataDir, report });
  video.attach({ id: 'cam-lobby', name: 'Lobby' }, () =>
    Promise.resolve({ uri: `rtsp://127.0.0.1:${camera.rtspPort}/stream`, username: 'sallyport', password }),
  );

  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 4096 });
  sockets.on('connection', (socket) => video.serve(socket, 'cam-lobby'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const tile = async (play: object) => {
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const messages: Record<string, unknown>[] = [];
    const binary: Buffer[] = [];
    socket.on('message', (data: Buffer, isBinary) =>
      isBinary ? binary.push(...piecesOf(data)) : messages.push(JSON.parse(data.toString()) as Record<string, unknown>),
    );
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'play', ...play }));
    return { socket, messages, binary };
  };
  const stop = async () => {
    await video.close();
    await camera.stop();
    sockets.close();
    await new Promise((resolve) => server.close(resolve));
    await rm(dataDir, { recursive: true, force: true });
  };
  const live = () => until('the picture', () => video.status()[0]!.state === 'live' && video.status()[0]!.ringSeconds > 1, 30_000);
  return { camera, video, reported, tile, stop, live };
}

describe('video from a simulated camera to a WebSocket', function () {
  this.timeout(120_000);

  it('arrives whole, and survives that the camera breaks the connection', async () => {
    const { camera, video, reported, tile, stop, live } = await arrange();
    try {
      await live();
      const { messages, binary } = await tile({ mode: 'live' });
      await until('two seconds of pictures', () => binary.length > 40);
      const pictures = binary.length - 1;
      const { width, height } = messages.find(({ type }) => type === 'init')!;
      const decoded = await decode(Buffer.concat(binary.slice(0, 1 + pictures)));
      assert.deepEqual([decoded.pictures, decoded.width, decoded.height], [pictures, width, height]);
      assert.equal(video.status()[0]!.picturesDropped, 0);

      await camera.faults['reset']!({});
      await until('loss and return', () => reported.length === 2, 30_000);
      assert.deepEqual(
        reported.map(({ phase }) => phase),
        ['raised', 'restored'],
      );
      const before = binary.length;
      await until('pictures again on the same tile', () => binary.length > before + 10);
    } finally {
      await stop();
    }
  });

  it('comes back by itself when its thread dies', async () => {
    const threads: Worker[] = [];
    process.on('worker', (thread) => threads.push(thread));
    const { video, reported, tile, stop, live } = await arrange();
    try {
      await live();
      const { socket } = await tile({ mode: 'live' });
      const closed = new Promise<number>((resolve) => socket.once('close', resolve));
      await threads[0]!.terminate();
      assert.equal(await closed, 1012);
      assert.deepEqual([video.status()[0]!.state, reported], ['connecting', []]);
      await live();
      const { binary } = await tile({ mode: 'live' });
      await until('pictures again', () => binary.length > 10);
      assert.equal(threads.length, 2);
      await until('what the new thread takes', () => video.memory().length === 1);
      const { heapUsed, heapTotal, external, slabs, slabsFree } = video.memory()[0]!;
      assert.ok(heapUsed > 2 ** 20 && heapTotal >= heapUsed);
      assert.ok(slabs >= video.status()[0]!.ringBytes && external > slabs && slabsFree < slabs);
    } finally {
      process.removeAllListeners('worker');
      await stop();
    }
  });

  it('is refused with a wrong password, in words without it', async () => {
    const { video, stop } = await arrange('another secret');
    try {
      await until('the refusal', () => video.status()[0]!.state === 'lost');
      assert.equal(video.status()[0]!.detail, 'the camera refuses the user name or the password');
    } finally {
      await stop();
    }
  });
});
