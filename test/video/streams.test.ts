import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { readAccessUnit } from '../../src/desk/video-protocol.ts';
import { planStreams } from '../../src/video/budget.ts';
import { createEngine } from '../../src/video/engine.ts';
import type { Video, VideoOptions } from '../../src/video/video.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { TestCamera } from './support/camera.ts';
import { film } from './support/footage.ts';
import { CAMERA } from './support/gateway.ts';
import { TestSocket } from './support/socket.ts';

describe('streams of a camera', () => {
  const clock = new ManualClock();
  let dataDir: string;
  let main: TestCamera;
  let sub: TestCamera;
  let video: Video;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sallyport-streams-'));
    const pictures = await film({ seconds: 4 });
    [main, sub] = [new TestCamera(pictures), new TestCamera(pictures)];
    await Promise.all([main.start(), sub.start()]);
  });
  afterEach(async () => {
    await video.close();
    await Promise.all([main.stop(), sub.stop()]);
    await rm(dataDir, { recursive: true, force: true });
    assert.equal(clock.waiting, 0, 'a timer was left behind');
  });

  const start = (options: Partial<VideoOptions> = {}, hasSub = true) => {
    video = createEngine({ clock, log: pino({ level: 'silent' }), dataDir, report: () => Promise.resolve(), ...options });
    video.attach({ id: CAMERA, name: 'Camera 1' }, (stream) => Promise.resolve(stream === 'main' ? main.address : hasSub ? sub.address : undefined));
  };
  const tile = (play: Parameters<TestSocket['play']>[0]) => {
    const socket = new TestSocket();
    video.serve(socket.asWebSocket, CAMERA);
    socket.play(play);
    return socket;
  };
  const send = (camera: TestCamera, count: number) => {
    for (let i = 0; i < count; i += 1) {
      clock.advance(40);
      camera.send();
    }
  };
  const kinds = (socket: TestSocket) => socket.messages('init').map(({ stream }) => stream);

  it('a tile begins with what the ring has, goes over to the stream that it asked for, and back when that is lost', async () => {
    start();
    await until('the ring', () => main.playing > 0);
    send(main, 30);
    await until('pictures in the ring', () => (video.status()[0]?.ringBytes ?? 0) > 0);
    const small = tile({ mode: 'live', stream: 'sub' });
    await until('the first stream', () => small.pictures > 0);
    await until('the second stream', () => sub.playing > 0);
    send(sub, 5);
    await until('the tile has gone over', () => kinds(small).length === 2);
    const sent = small.pictures;
    send(main, 30);
    send(sub, 1);
    await until('the second stream goes on', () => small.pictures > sent);
    sub.drop();
    await until('the loss is noticed', () => sub.open === 0);
    await until('the tile has gone back', () => {
      send(main, 1);
      return kinds(small).length === 3;
    });
    assert.deepEqual(kinds(small), ['main', 'sub', 'main']);
    small.close();
    clock.advance(10_000);
    await until('the second stream is hung up', () => sub.open === 0);
  });

  it('the second one is taken in once for all who look at it, and hung up a moment after the last', async () => {
    start({ ringStream: 'sub' });
    await until('the ring', () => sub.playing > 0);
    assert.equal(main.connections, 0);
    const tiles = [tile({ mode: 'live', stream: 'main' }), tile({ mode: 'live', stream: 'main' }), tile({ mode: 'live', stream: 'sub' })];
    await until('the main stream', () => main.playing > 0);
    assert.equal(main.connections, 1);
    for (const each of tiles) each.close();
    clock.advance(9_000);
    assert.equal(main.open, 1);
    clock.advance(1_000);
    await until('the end of the main stream', () => main.open === 0);
    assert.equal(video.status()[0]?.stream, 'sub');
  });

  it('a camera without a second stream gives its only one, and over the budget nobody gets the main stream', async () => {
    start({ ringStream: 'sub', liveMain: false }, false);
    await until('the ring', () => main.playing > 0);
    assert.equal(video.status()[0]?.stream, 'main');
    await video.close();
    start({ ringStream: 'sub', liveMain: false });
    await until('the ring', () => sub.playing > 0);
    const connections = main.connections;
    tile({ mode: 'live', stream: 'main' });
    assert.equal(main.connections, connections);
  });

  it('can be converted for a browser that decodes none of them, as many as there are places for', async () => {
    start({ conversions: 1 });
    await until('the ring', () => main.playing > 0);
    const [first, second] = [tile({ mode: 'live', convert: true }), tile({ mode: 'live', convert: true })];
    assert.match(second.messages('status')[0]?.detail ?? '', /must be converted/);
    await until('the sub-stream', () => sub.playing > 0);
    await until(
      'converted pictures',
      () => {
        send(sub, 1);
        return first.pictures >= 5;
      },
      30_000,
    );
    assert.match(first.messages('init')[0]?.mime ?? '', /avc1/);
    first.close();
    second.close();
    assert.deepEqual(tile({ mode: 'live', convert: true }).messages('status'), [], 'there is a place again');
  });

  it('can be had as access units, as a decoder takes them', async () => {
    start();
    await until('the ring', () => main.playing > 0);
    send(main, 30);
    await until('pictures in the ring', () => (video.status()[0]?.ringBytes ?? 0) > 0);
    const [mp4, units] = [tile({ mode: 'live' }), tile({ mode: 'live', format: 'units' })];
    send(main, 3);
    await until('three more pictures', () => mp4.pictures >= 8);
    const [init] = units.messages('init');
    assert.equal(Buffer.from(init?.configuration ?? '', 'base64')[0], 1, 'the version of avcC');
    const seen = units.binary.map((bytes) => readAccessUnit(new Uint8Array(bytes).buffer));
    assert.deepEqual(
      seen.map((unit) => unit?.key),
      [true, ...seen.slice(1).map(() => false)],
    );
    const steps = seen.slice(1).map((unit, index) => (unit?.takenAt ?? 0) - (seen[index]?.takenAt ?? 0));
    assert.deepEqual(
      steps,
      steps.map(() => 40),
    );
    const last = mp4.binary.at(-1)!;
    assert.deepEqual(Buffer.from(seen.at(-1)!.bytes), last.subarray(last.indexOf('mdat') + 4));
    assert.equal(readAccessUnit(new ArrayBuffer(16)), undefined);
  });
});

describe('memory for the past', () => {
  const budget = { ringSeconds: 15, ringStream: 'main', memoryMegabytes: 1024, mainMegabits: 4, subMegabits: 0.5 } as const;

  it('is used for the stream that is wished for as long as it suffices', () => {
    assert.deepEqual(planStreams(budget, 40), { ringStream: 'main', liveMain: true, megabytes: 340 });
    assert.deepEqual(planStreams({ ...budget, ringStream: 'sub' }, 200), { ringStream: 'sub', liveMain: true, megabytes: 213 });
  });

  it('that does not suffice means sub-streams for everything, and the arithmetic is told', () => {
    const { over, ...plan } = planStreams(budget, 200);
    assert.deepEqual(plan, { ringStream: 'sub', liveMain: false, megabytes: 213 });
    assert.match(
      over ?? '',
      /^200 cameras x 4 Mbit\/s x \(15 s \+ 2 s\) \/ 8 = 1700 MB of 1024 MB; everything .*: 200 cameras x 0\.5 .* = 213 MB of/,
    );
    assert.match(
      planStreams({ ...budget, ringStream: 'sub', memoryMegabytes: 100 }, 200).over ?? '',
      /^200 cameras x 0\.5 Mbit.* = 213 MB of 100 MB$/,
    );
  });
});
