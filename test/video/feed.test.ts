import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { StreamAddress } from '../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { CameraFeed } from '../../src/video/camera-feed.ts';
import type { Reader } from '../../src/video/camera-feed.ts';
import type { Picture } from '../../src/video/ring.ts';
import { SLAB_BYTES, SlabPool } from '../../src/video/slabs.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { TestCamera } from './support/camera.ts';
import type { TestCameraOptions } from './support/camera.ts';
import { decode, film } from './support/footage.ts';

describe('camera feed', () => {
  const clock = new ManualClock();
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    assert.equal(clock.waiting, 0, 'a timer was left behind');
  });

  async function arrange(options: { camera?: TestCameraOptions; address?: (camera: TestCamera) => StreamAddress } = {}) {
    const camera = new TestCamera(await film({ seconds: 4 }), options.camera);
    await camera.start();
    const reported: DeviceSignal[] = [];
    /** What was read on connecting is no news. */
    const report = (signal: DeviceSignal) => {
      if (signal.initial !== true) reported.push(signal);
      return Promise.resolve();
    };
    const pool = new SlabPool();
    const feed = new CameraFeed('cam-1', { clock, log: pino({ level: 'silent' }), pool, ringSeconds: 15, report, random: () => 1 });
    closing.push(
      () => camera.stop(),
      () => feed.close(),
    );
    const pictures: Picture[] = [];
    const reader: Reader = { kind: 'viewer', picture: (picture) => pictures.push(picture), state: () => undefined };
    feed.addReader(reader);
    const open = () => Promise.resolve(options.address?.(camera) ?? camera.address);
    feed.start('Camera 1', open);
    /** Sends pictures at their pace. */
    const send = async (count: number) => {
      await until('the camera plays', () => camera.playing > 0);
      for (let i = 0; i < count; i += 1) {
        const before = pictures.length;
        clock.advance(40);
        camera.send();
        // Finer than `until` looks, since there are hundreds of pictures.
        for (let turns = 0; pictures.length === before && turns < 2_000; turns += 1) await new Promise((resolve) => setImmediate(resolve));
        await until('the picture arrives', () => pictures.length > before);
      }
    };
    return { camera, feed, pool, pictures, reported, send, open };
  }

  it('takes a camera with Digest SHA-256 in and makes fragments that decode to every picture', async () => {
    const { feed, send, reported } = await arrange({ camera: { username: 'sallyport', password: 'correct horse' } });
    await send(80);
    const { groups } = feed.ring;
    const bytes = Buffer.concat([groups[0]!.stream.init, ...groups.flatMap(({ pictures }) => pictures.map(({ fragment }) => fragment))]);
    const decoded = await decode(bytes);
    assert.deepEqual([decoded.pictures, decoded.width, decoded.height], [80, 320, 180]);
    const { state, codec, width, height, fps, ringSeconds, detail } = feed.status();
    assert.deepEqual(
      { state, codec, width, height, fps, ringSeconds, detail },
      { state: 'live', codec: 'H264', width: 320, height: 180, fps: 25, ringSeconds: 3.2, detail: 'H.264, 320 x 180' },
    );
    assert.deepEqual(reported, []);
  });

  it('asks for the video track alone and says goodbye', async () => {
    const { camera, feed, send } = await arrange();
    await send(1);
    await feed.close();
    await until('the goodbye', () => camera.requests.some((line) => line.startsWith('TEARDOWN')));
    const { uri } = camera.address;
    assert.deepEqual(camera.requests, [
      `OPTIONS ${uri} RTSP/1.0`,
      `DESCRIBE ${uri} RTSP/1.0`,
      `SETUP ${uri}/track1 RTSP/1.0`,
      `PLAY ${uri} RTSP/1.0`,
      `TEARDOWN ${uri} RTSP/1.0`,
    ]);
  });

  it('keeps the session alive', async () => {
    const { camera, send } = await arrange();
    await send(800);
    await until('the sign of life', () => camera.requests.filter((line) => line.startsWith('GET_PARAMETER')).length === 1);
  });

  it('reports a dropped connection once, comes back on the same time line and tells the blind seconds once', async () => {
    const { camera, feed, pictures, reported, send } = await arrange();
    await send(30);
    camera.refuses = true;
    camera.drop();
    await until('the loss', () => feed.state.state === 'lost');
    clock.advance(6_000);
    await until('another attempt', () => camera.connections > 1);
    camera.refuses = false;
    await until('the camera plays again', () => {
      clock.advance(500);
      return camera.playing > 0;
    });
    const before = pictures.at(-1)!;
    await send(30);
    await until('the report', () => reported.length === 2);
    assert.deepEqual(
      reported.map(({ kind, point, phase }) => [kind, point, phase]),
      [
        ['video.lost', 'cam-1', 'raised'],
        ['video.lost', 'cam-1', 'restored'],
      ],
    );
    const gapSeconds = (pictures[30]!.showAt - before.showAt) / 90_000;
    assert.ok(gapSeconds >= 6, `the gap is on the time line: ${gapSeconds}`);
    assert.equal(reported[1]!.details!['lostForSeconds'], Math.round(gapSeconds));
    assert.ok(pictures.every((picture, i) => i === 0 || picture.decodeAt > pictures[i - 1]!.decodeAt));
    assert.equal(new Set(feed.ring.groups.map(({ stream }) => stream.init)).size, 1, 'the unchanged description is used on');
  });

  it('takes no more memory for a line that breaks again and again than for one that holds', async () => {
    const { camera, feed, pool, send } = await arrange();
    for (let round = 0; round < 5; round += 1) {
      await send(5);
      camera.drop();
      await until('the loss', () => feed.state.state === 'lost');
      await until('the camera plays again', () => {
        clock.advance(500);
        return camera.playing > 0;
      });
    }
    await send(5);
    assert.ok(feed.ring.bytes < SLAB_BYTES / 2);
    assert.equal(pool.bytes, SLAB_BYTES);
    await feed.close();
    assert.equal(pool.freeBytes, SLAB_BYTES, 'a slab was not given back');
  });

  it('takes three seconds without a picture for a loss and connects anew', async () => {
    const { camera, feed, reported, send } = await arrange();
    await send(10);
    clock.advance(2_900);
    assert.equal(feed.state.state, 'live');
    clock.advance(200);
    await until('the loss', () => reported.length === 1);
    assert.deepEqual([feed.state.state, feed.state.detail], ['lost', 'no picture for 3 s']);
    assert.deepEqual(reported[0]!.details, { reason: 'no picture for 3 s' });
    await until('the old session ends', () => camera.playing === 0);
    clock.advance(1_000);
    camera.drop();
    await send(3);
    assert.equal(feed.state.state, 'live');
  });

  it('takes pictures of which none can be shown for a loss, but not the loss of one group of them', async () => {
    const { camera, feed, pictures, reported, send } = await arrange();
    await send(75);
    /** Sends pictures of which each key frame lacks its end. */
    const sendTorn = async (count: number) => {
      for (let i = 0; i < count; i += 1) {
        clock.advance(40);
        camera.send([], (packets) => (camera.nextIsKey ? packets.slice(0, -1) : packets));
        const told = feed.status().picturesDropped;
        for (let turns = 0; feed.status().picturesDropped === told && turns < 200; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await sendTorn(25);
    await send(50);
    assert.equal(feed.state.state, 'live');
    const shown = pictures.length;
    await sendTorn(80);
    await until('the loss', () => reported.length === 1);
    assert.equal(pictures.length, shown);
    assert.equal(feed.state.detail, 'no whole picture for 3 s: parts of each are lost on the way');
  });

  it('tells a wrong password apart, without it, and tries again only after a minute', async () => {
    const options = { username: 'sallyport', password: 'correct horse' };
    const { camera, feed, reported } = await arrange({ camera: options, address: ({ address }) => ({ ...address, password: 'battery staple' }) });
    await until('the refusal', () => reported.length === 1);
    assert.equal(feed.state.detail, 'the camera refuses the user name or the password');
    assert.doesNotMatch(JSON.stringify([feed.status(), reported]), /battery|sallyport|rtsp:/);
    clock.advance(59_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(camera.connections, 1);
    clock.advance(10_000);
    await until('another attempt', () => camera.connections === 2);
    await until('another refusal', () => camera.playing === 0 && clock.waiting > 0);
  });

  it('says why there is no picture', async () => {
    const cases: [TestCameraOptions, string][] = [
      [{ answers: { DESCRIBE: 'RTSP/1.0 404 Not Found\r\n\r\n' } }, 'the camera does not know this stream'],
      [{ answers: { SETUP: 'RTSP/1.0 461 Unsupported Transport\r\n\r\n' } }, 'the camera sends its stream neither over TCP nor over UDP'],
      [
        { answers: { DESCRIBE: 'RTSP/1.0 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n' } },
        "the camera's stream address is not an rtsp:// address",
      ],
      [{ answers: { OPTIONS: 'HTTP/1.1 400 Bad Request\r\n\r\n' } }, 'the camera does not speak RTSP on this port'],
      [{ sdp: 'v=0\r\nm=audio 0 RTP/AVP 0\r\n' }, 'the camera offers no H.264 or H.265 video'],
    ];
    for (const [camera, detail] of cases) {
      const { feed } = await arrange({ camera });
      await until(detail, () => {
        clock.advance(500);
        return feed.state.state === 'lost';
      });
      assert.equal(feed.state.detail, detail);
    }
  });

  it('gives up on a camera that accepts the connection and is silent', async () => {
    const { camera, feed } = await arrange({ camera: { answers: { DESCRIBE: '' } } });
    await until('the request', () => camera.requests.length === 2);
    clock.advance(5_000);
    await until('the loss', () => feed.state.state === 'lost');
    assert.equal(feed.state.detail, 'the camera does not answer DESCRIBE');
  });

  it('opens a new session when the camera has forgotten the old one', async () => {
    const { camera, feed, send } = await arrange({ camera: { answers: { GET_PARAMETER: 'RTSP/1.0 454 Session Not Found\r\n\r\n' } } });
    await send(740);
    clock.advance(500);
    await until('the loss', () => feed.state.detail === 'the camera forgot the session');
    await until('another session', () => {
      clock.advance(250);
      return camera.connections === 2 && camera.playing === 1;
    });
  });

  it('says that a device has no address to give, and hides credentials in its words', async () => {
    const { feed } = await arrange({
      address: () => {
        throw new Error('no answer from rtsp://admin:secret@10.0.0.1/');
      },
    });
    await until('the loss', () => {
      clock.advance(500);
      return feed.state.state === 'lost';
    });
    assert.equal(feed.state.detail, "the camera's device gives no stream address: no answer from rtsp://10.0.0.1/");
  });

  it('shows only whole pictures from a network that loses and reorders, and tells what it dropped', async () => {
    const { camera, feed, pictures } = await arrange({ camera: { transport: 'udp' } });
    await until('the camera plays', () => camera.playing > 0);
    // Reproducible: every 150th packet is lost, others change places.
    let sent = 0;
    const order = (packets: Buffer[]) => packets.filter(() => (sent += 1) % 150 !== 0).sort((a, b) => (a[3]! % 3) - (b[3]! % 3));
    const send = async (through: (packets: Buffer[]) => Buffer[]) => {
      clock.advance(40);
      camera.send([], through);
      await new Promise((resolve) => setImmediate(resolve));
    };
    // Of the very first packets nobody knows what came before them.
    await send((packets) => packets);
    for (let i = 1; i < 300; i += 1) await send(order);
    // The next key frame tells what is missing before it.
    await send((packets) => packets);
    await until('every picture is shown or counted', () => pictures.length + feed.status().picturesDropped >= 301);
    const bytes = Buffer.concat([feed.ring.groups[0]!.stream.init, ...pictures.map(({ fragment }) => fragment)]);
    assert.equal((await decode(bytes)).pictures, pictures.length);
    const { picturesDropped, packetsLost } = feed.status();
    assert.ok(packetsLost >= 2 && picturesDropped > 0 && pictures.length > 50);
    assert.equal(pictures.length + picturesDropped, 301);
  });

  it('goes on to a new address with its ring when it is attached again', async () => {
    const { feed, send, open, camera } = await arrange();
    await send(30);
    feed.start('Camera 1', open);
    await until('the second session', () => camera.requests.filter((line) => line.startsWith('PLAY')).length === 2 && camera.playing === 1);
    camera.show(await film({ seconds: 4 }));
    await send(30);
    assert.equal(feed.ring.groups.flatMap(({ pictures }) => pictures).length, 60);
    assert.equal(feed.state.state, 'live');
  });
});
