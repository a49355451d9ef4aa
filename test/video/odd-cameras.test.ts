import assert from 'node:assert/strict';
import { pino } from 'pino';
import { CameraFeed } from '../../src/video/camera-feed.ts';
import { SlabPool } from '../../src/video/slabs.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { TestCamera } from './support/camera.ts';
import type { TestCameraOptions } from './support/camera.ts';
import { decode, film } from './support/footage.ts';
import type { FilmOptions } from './support/footage.ts';

// What was sent is what is delivered, less what was dropped and told; and ffmpeg decodes all of it without a complaint.

describe('a camera whose stream is odd', () => {
  const clock = new ManualClock();
  const closing: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    assert.equal(clock.waiting, 0, 'a timer was left behind');
  });

  async function arrange(options: FilmOptions, camera: TestCameraOptions = {}) {
    const source = new TestCamera(await film(options), { codec: options.codec ?? 'h264', ...camera });
    await source.start();
    const report = () => Promise.resolve();
    const feed = new CameraFeed('cam-1', { clock, log: pino({ level: 'silent' }), pool: new SlabPool(), ringSeconds: 15, report, random: () => 1 });
    closing.push(
      () => source.stop(),
      () => feed.close(),
    );
    /** What was delivered, by the description that it needs. */
    const films = new Map<Buffer, Buffer[]>();
    const times: number[] = [];
    let delivered = 0;
    feed.addReader({
      kind: 'viewer',
      state: () => undefined,
      picture: ({ fragment, showAt }, { stream }) => {
        films.set(stream.init, [...(films.get(stream.init) ?? []), Buffer.from(fragment)]);
        times.push(showAt);
        delivered += 1;
      },
    });
    feed.start('Camera 1', () => Promise.resolve(source.address));
    await until('the camera plays', () => source.playing > 0);
    /** Sends so many pictures, and waits until each was delivered or counted as dropped. */
    const send = async (count: number, order?: (packets: Buffer[]) => Buffer[]) => {
      for (let i = 0; i < count; i += 1) {
        clock.advance(40);
        source.send([], order);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const settled = (sent: number) => until(`${sent} pictures`, () => delivered + feed.status().picturesDropped >= sent);
    const decoded = async () => {
      let pictures = 0;
      for (const [init, fragments] of films) pictures += (await decode(Buffer.concat([init, ...fragments]))).pictures;
      return pictures;
    };
    return { source, feed, films, times, send, settled, decoded };
  }

  it('that changes its parameter sets in the middle loses no picture', async () => {
    const { source, films, send, settled, decoded } = await arrange({ seconds: 2 });
    await send(50);
    await settled(50);
    source.show(await film({ seconds: 2, size: '426x240' }));
    await send(50);
    await settled(100);
    assert.equal(films.size, 2);
    assert.equal(await decoded(), 100);
  });

  it('that changes to parameter sets with another number, and back, is described by those in use', async () => {
    const { source, feed, send, settled, decoded } = await arrange({ seconds: 2 });
    const numbered = await film({ seconds: 2, size: '426x240', encoder: ['-x264-params', 'sps-id=1'] });
    const widths: (number | undefined)[] = [];
    let sent = 0;
    for (const each of [undefined, numbered, await film({ seconds: 2 })]) {
      if (each !== undefined) source.show(each);
      await send(50);
      await settled((sent += 50));
      widths.push(feed.status().width);
    }
    assert.deepEqual(widths, [320, 426, 320]);
    assert.equal(await decoded(), 150);
  });

  it('whose RTP clock jumps, forwards and back, loses no picture and never goes back in time', async () => {
    const { source, send, settled, times, decoded } = await arrange({ seconds: 2 });
    await send(50);
    for (const ticks of [90_000 * 3600, -90_000 * 7200]) {
      source.jump(ticks);
      await send(50);
    }
    await settled(150);
    assert.ok(times.every((at, i) => i === 0 || at > times[i - 1]!));
    assert.equal(await decoded(), 150);
  });

  for (const codec of ['h264', 'hevc'] as const) {
    it(`that sends B-frames loses none of them: ${codec}`, async () => {
      const { send, settled, times, decoded } = await arrange({ seconds: 2, codec, bframes: 2 });
      await send(50);
      await settled(50);
      assert.ok(
        times.some((at, i) => i > 0 && at < times[i - 1]!),
        'some are shown before one that came earlier',
      );
      assert.equal(await decoded(), 50);
    });
  }

  for (const [codec, bframes] of [
    ['h264', 0],
    ['h264', 2],
    ['hevc', 2],
  ] as const) {
    it(`whose pictures are torn or lost whole loses no more than it tells: ${codec}, ${bframes} B-frames`, async () => {
      const { source, feed, send, settled, decoded } = await arrange({ seconds: 2, codec, bframes });
      await send(1);
      for (let i = 1; i < 100; i += 1) {
        const nothing = [13, 14, 15, 40, 75].includes(i);
        const torn = [39, 60].includes(i);
        await send(1, (packets) => (nothing ? [] : torn ? packets.slice(0, -1) : packets));
      }
      // The next key frame tells what is missing before it.
      assert.ok(source.nextIsKey);
      await send(1);
      await settled(101);
      const delivered = await decoded();
      assert.equal(delivered + feed.status().picturesDropped, 101);
      assert.ok(delivered > 25 && delivered < 75, `${delivered} delivered`);
    });
  }

  it('whose packets change places on their way loses no picture', async () => {
    const { feed, send, settled, decoded } = await arrange({ seconds: 2 }, { transport: 'udp' });
    // Before the first packet nobody knows what comes.
    await send(1);
    // Neighbours change places, within each picture.
    await send(99, (packets) => packets.map((packet, i) => packets[i ^ 1] ?? packet));
    await settled(100);
    const { picturesDropped, packetsLost } = feed.status();
    assert.deepEqual([picturesDropped, packetsLost], [0, 0]);
    assert.equal(await decoded(), 100);
  });
});
