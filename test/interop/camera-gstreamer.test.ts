import assert from 'node:assert/strict';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../simulators/onvif-camera/index.ts';
import { run, works } from './peers/peer.ts';

const username = 'sallyport';
const password = 'loopback only';
const elements = ['rtspsrc', 'rtph264depay', 'h264parse', 'openh264dec'];
const available = works('gst-launch-1.0', ['--version']) && elements.every((element) => works('gst-inspect-1.0', [element]));
const PICTURES = 40;
/** 640 x 360 as I420. */
const PICTURE_BYTES = (640 * 360 * 3) / 2;

describe("interop: GStreamer's rtspsrc and the simulated camera (needs gstreamer1.0-tools, -plugins-good and -plugins-bad)", function () {
  this.timeout(120_000);
  let camera: CameraSimulator | undefined;

  before(function () {
    if (!available) this.skip();
  });
  afterEach(async () => {
    await camera?.stop();
    camera = undefined;
  });

  /** Plays and decodes `PICTURES` pictures; prints a line for each. */
  async function play(protocol: 'tcp' | 'udp', quirks: readonly string[] = [], pass = password): Promise<{ code: number | null; output: string }> {
    camera = createCamera('cam-interop', { httpPort: 0, rtspPort: 0, username, password, scene: 'car-park', quirks });
    await camera.start();
    const source = [
      'rtspsrc',
      `location=rtsp://127.0.0.1:${camera.rtspPort}/stream`,
      `protocols=${protocol}`,
      `user-id=${username}`,
      `user-pw=${pass}`,
    ];
    const sink = ['fakesink', 'name=decoded', `num-buffers=${PICTURES}`, 'silent=false', 'sync=false'];
    return run('gst-launch-1.0', ['-v', ...source, '!', 'rtph264depay', '!', 'h264parse', '!', 'openh264dec', '!', ...sink]);
  }
  const decoded = (output: string) =>
    [...output.matchAll(/last-message = "?chain .*\(decoded:sink\) \((\d+) bytes/g)].map(([, bytes]) => Number(bytes));

  for (const protocol of ['tcp', 'udp'] as const) {
    for (const [scheme, quirks] of [
      ['Digest', []],
      ['Digest without qop', ['digest-without-qop']],
      ['Basic', ['only-basic-authentication']],
    ] as const) {
      it(`decodes every picture by ${protocol}, with ${scheme}`, async () => {
        const { code, output } = await play(protocol, quirks);
        assert.equal(code, 0, output);
        assert.deepEqual(
          decoded(output),
          Array.from({ length: PICTURES }, () => PICTURE_BYTES),
        );
        // Elements say so when packets or references are missing.
        assert.doesNotMatch(output, /WARNING|ERROR/);
      });
    }
  }

  it('is refused with a wrong password', async () => {
    const { code, output } = await play('tcp', [], 'wrong');
    assert.notEqual(code, 0);
    assert.match(output, /Unauthorized/i);
  });
});
