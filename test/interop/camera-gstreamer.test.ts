import assert from 'node:assert/strict';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import { AtOnce } from '../support/at-once.ts';
import { run, works } from './peers/peer.ts';

const username = 'sallyport';
const password = 'loopback only';
const elements = ['rtspsrc', 'rtph264depay', 'h264parse', 'openh264dec'];
const available = works('gst-launch-1.0', ['--version']) && elements.every((element) => works('gst-inspect-1.0', [element]));
const PICTURES = 40;
/** 640 x 360 as I420. */
const PICTURE_BYTES = (640 * 360 * 3) / 2;

interface Case {
  readonly protocol: 'tcp' | 'udp';
  readonly scheme: string;
  readonly quirks?: readonly string[];
  readonly pass?: string;
}

const cases: readonly Case[] = (['tcp', 'udp'] as const).flatMap((protocol) => [
  { protocol, scheme: 'Digest' },
  { protocol, scheme: 'Digest without qop', quirks: ['digest-without-qop'] },
  { protocol, scheme: 'Basic', quirks: ['only-basic-authentication'] },
]);

describe("interop: GStreamer's rtspsrc and the simulated camera (needs gstreamer1.0-tools, -plugins-good and -plugins-bad)", function () {
  this.timeout(120_000);
  /** All at the same time, since pictures take the time that they take. */
  const played = new AtOnce(play);

  before(function () {
    if (!available) return this.skip();
    played.begin(cases);
  });
  after(() => played.settled());

  /** Plays and decodes `PICTURES` pictures; prints a line for each. */
  async function play({ protocol, quirks = [], pass = password }: Case): Promise<{ code: number | null; output: string }> {
    const camera = createCamera('cam-interop', { httpPort: 0, rtspPort: 0, username, password, scene: 'car-park', quirks });
    await camera.start();
    const source = [
      'rtspsrc',
      `location=rtsp://127.0.0.1:${camera.rtspPort}/stream`,
      `protocols=${protocol}`,
      `user-id=${username}`,
      `user-pw=${pass}`,
    ];
    const sink = ['fakesink', 'name=decoded', `num-buffers=${PICTURES}`, 'silent=false', 'sync=false'];
    try {
      return await run('gst-launch-1.0', ['-v', ...source, '!', 'rtph264depay', '!', 'h264parse', '!', 'openh264dec', '!', ...sink]);
    } finally {
      await camera.stop();
    }
  }
  const decoded = (output: string) =>
    [...output.matchAll(/last-message = "?chain .*\(decoded:sink\) \((\d+) bytes/g)].map(([, bytes]) => Number(bytes));

  for (const each of cases) {
    it(`decodes every picture by ${each.protocol}, with ${each.scheme}`, async () => {
      const { code, output } = await played.take(each);
      assert.equal(code, 0, output);
      assert.deepEqual(
        decoded(output),
        Array.from({ length: PICTURES }, () => PICTURE_BYTES),
      );
      // Elements say so when packets or references are missing.
      assert.doesNotMatch(output, /WARNING|ERROR/);
    });
  }

  it('is refused with a wrong password', async () => {
    const { code, output } = await play({ protocol: 'tcp', scheme: 'Digest', pass: 'wrong' });
    assert.notEqual(code, 0);
    assert.match(output, /Unauthorized/i);
  });
});
