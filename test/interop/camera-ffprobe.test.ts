import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../simulators/onvif-camera/index.ts';

const password = 'loopback-only';

describe('interop: ffmpeg and the simulated camera', function () {
  this.timeout(120_000);
  let camera: CameraSimulator;
  let address: string;

  before(async () => {
    camera = createCamera('cam-interop', { httpPort: 0, rtspPort: 0, username: 'sallyport', password, scene: 'car-park' });
    await camera.start();
    address = `rtsp://sallyport:${password}@127.0.0.1:${camera.rtspPort}/stream`;
  });
  after(() => camera.stop());

  it('sees the right codec, size and frame rate', async () => {
    const { output } = await run('ffprobe', [
      '-v',
      'error',
      '-rtsp_transport',
      'tcp',
      '-show_entries',
      'stream=codec_name,profile,width,height,r_frame_rate,has_b_frames',
      '-of',
      'json',
      address,
    ]);
    const { streams } = JSON.parse(output) as { streams: unknown[] };
    assert.deepEqual(streams, [
      { codec_name: 'h264', profile: 'Constrained Baseline', width: 640, height: 360, has_b_frames: 0, r_frame_rate: '25/2' },
    ]);
  });

  for (const transport of ['tcp', 'udp']) {
    it(`decodes three seconds by ${transport} without an error, through a change of picture`, async () => {
      const decoding = run('ffmpeg', ['-v', 'warning', '-xerror', '-rtsp_transport', transport, '-i', address, '-t', '3', '-f', 'framecrc', '-']);
      await camera.stimuli['intruder']?.({ active: transport === 'tcp' });
      const { output, complaints } = await decoding;
      const frames = output.split('\n').filter((line) => /^0,/.test(line)).length;
      assert.equal(complaints, '');
      assert.ok(frames >= 37 && frames <= 39, `${frames} frames`);
    });
  }

  it('is refused with a wrong password', async () => {
    await assert.rejects(run('ffprobe', ['-v', 'error', '-rtsp_transport', 'tcp', address.replace(password, 'wrong')]), /401 Unauthorized/);
  });
});

async function run(command: string, args: readonly string[]): Promise<{ output: string; complaints: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const status = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (status !== 0) throw new Error(`${command} ended with status ${String(status)}: ${complaints}`);
  return { output, complaints };
}
