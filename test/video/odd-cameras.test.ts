import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import type { StimulusArguments } from '../../simulators/simulator.ts';
import { CameraFeed } from '../../src/video/camera-feed.ts';
import { SlabPool } from '../../src/video/slabs.ts';
import type { CameraStatus } from '../../src/video/status.ts';
import { AtOnce } from '../support/at-once.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';
import { TestCamera } from './support/camera.ts';
import type { TestCameraOptions } from './support/camera.ts';
import { decode, film } from './support/footage.ts';
import type { FilmOptions } from './support/footage.ts';
import { Watched } from './support/watched.ts';

// What was sent is what is delivered, less what was dropped and told; and ffmpeg decodes all of it without a complaint.

interface Trouble {
  readonly fault: string;
  readonly args?: StimulusArguments;
  readonly transport?: 'tcp' | 'udp';
  /** What else is to be true of it. */
  readonly then: (seen: { readonly watched: Watched; readonly status: CameraStatus; readonly sizes: readonly string[] }) => void;
}

const goesBack = (times: readonly number[]): boolean => times.some((at, i) => i > 0 && at < times[i - 1]!);
const losesNothing: Trouble['then'] = ({ status: { picturesDropped, packetsLost } }) => assert.deepEqual([picturesDropped, packetsLost], [0, 0]);

const troubles: readonly Trouble[] = [
  {
    fault: 'parameter-sets',
    then: (seen) => {
      losesNothing(seen);
      assert.deepEqual(seen.sizes, ['640x360', '640x320', '640x360']);
    },
  },
  ...[3600, -3600].map((seconds) => ({
    fault: 'rtp-clock-jump',
    args: { seconds },
    then: (seen: Parameters<Trouble['then']>[0]) => {
      losesNothing(seen);
      assert.ok(!goesBack(seen.watched.showTimes), 'it goes back in time');
    },
  })),
  {
    fault: 'b-frames',
    then: (seen) => {
      losesNothing(seen);
      assert.ok(goesBack(seen.watched.showTimes), 'none is shown before one that came earlier');
    },
  },
  { fault: 'packet-reorder', transport: 'udp', then: losesNothing },
  ...(['tcp', 'udp'] as const).map((transport) => ({
    fault: 'packet-loss',
    args: { percent: 10 },
    transport,
    then: ({ status }: Parameters<Trouble['then']>[0]) => assert.ok(status.picturesDropped > 0 && status.packetsLost > 0),
  })),
];

describe('a simulated camera whose stream has a fault', function () {
  this.timeout(60_000);
  /** All at the same time, since each takes some seconds. */
  const endured = new AtOnce(endure);

  before(() => endured.begin(troubles));
  after(() => endured.settled());

  /** Takes in a camera's stream before the fault, through it and after it. */
  async function endure({ fault, args = {}, transport = 'tcp' }: Trouble) {
    const login = { username: 'sallyport', password: 'secret of the lab' };
    const camera = createCamera('cam-1', { httpPort: 0, rtspPort: 0, ...login, quirks: [`rtsp-${transport}-only`] });
    await camera.start();
    const watched = new Watched({ uri: `rtsp://127.0.0.1:${camera.rtspPort}/stream`, ...login });
    const accounted = () => watched.pictures + watched.feed.status().picturesDropped;
    /** A group has 13 pictures at most: so there was a key frame. */
    const more = (what: string) => {
      const before = accounted();
      return until(`pictures ${what}`, () => accounted() - before >= 15);
    };
    try {
      await more('before the fault');
      await camera.faults[fault]!(args);
      await more(`with ${fault}`);
      if (fault === 'packet-loss') await until('a loss', () => watched.feed.status().picturesDropped > 0);
      await camera.faults['clear']!({});
      await more('after the fault');
      await camera.stimuli['signal-loss']!({});
      const sent = camera.pictures;
      await until('all pictures', () => accounted() >= sent);
      return { sent, status: watched.feed.status(), watched };
    } finally {
      await watched.feed.close();
      await camera.stop();
    }
  }

  for (const trouble of troubles) {
    const { fault, args = {}, transport = 'tcp', then } = trouble;
    it(`loses no more than it tells: ${[fault, ...Object.values(args), transport].join(' ')}`, async () => {
      const { sent, status, watched } = await endured.take(trouble);
      assert.equal(watched.pictures + status.picturesDropped, sent);
      const decoded = await Promise.all(watched.films.map(decode));
      assert.equal(
        decoded.reduce((sum, { pictures }) => sum + pictures, 0),
        watched.pictures,
      );
      then({ watched, status, sizes: decoded.map(({ width, height }) => `${width}x${height}`) });
    });
  }
});

describe('a camera of which every packet is chosen', () => {
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

  it('that sends H.265 with B-frames loses none of them', async () => {
    const { send, settled, times, decoded } = await arrange({ seconds: 2, codec: 'hevc', bframes: 2 });
    await send(50);
    await settled(50);
    assert.ok(goesBack(times), 'some are shown before one that came earlier');
    assert.equal(await decoded(), 50);
  });

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
});
