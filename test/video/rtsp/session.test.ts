import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { StreamAddress } from '../../../src/adapter/contract.ts';
import { RtspSession } from '../../../src/video/rtsp/client.ts';
import type { SenderReport } from '../../../src/video/rtp/rtcp.ts';
import { VideoError } from '../../../src/video/video-error.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { TestCamera } from '../support/camera.ts';
import type { TestCameraOptions } from '../support/camera.ts';
import { film } from '../support/footage.ts';

describe('RTSP session', () => {
  const clock = new ManualClock();
  const closing: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    assert.equal(clock.waiting, 0, 'a timer was left behind');
  });

  async function startCamera(options: TestCameraOptions = {}) {
    const camera = new TestCamera(await film({ seconds: 4 }), options);
    await camera.start();
    closing.push(() => camera.stop());
    return camera;
  }

  async function play(address: StreamAddress) {
    const session = await RtspSession.open(address, clock, new AbortController().signal);
    closing.push(() => session.close());
    const sequences: number[] = [];
    const reports: SenderReport[] = [];
    await session.play({ packet: ({ sequence }) => sequences.push(sequence), senderReport: (report) => reports.push(report) });
    return { session, sequences, reports };
  }

  it('falls back to UDP where the camera refuses TCP, and puts packets into order', async () => {
    const camera = await startCamera({ transport: 'udp' });
    const { session, sequences } = await play(camera.address);
    assert.equal(session.transport, 'udp');
    assert.deepEqual(
      camera.requests.map((line) => line.split(' ')[0]),
      ['OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY'],
    );
    camera.send();
    camera.send([], (packets) => [...packets].reverse());
    camera.send();
    await until('three pictures', () => sequences.length >= 6 && sequences.at(-1));
    assert.ok(sequences.every((each, i) => i === 0 || each === ((sequences[i - 1]! + 1) & 0xffff)));
  });

  it('begins with UDP where the configuration says so', async () => {
    const camera = await startCamera({ transport: 'udp' });
    const { session } = await play({ ...camera.address, transport: 'udp' });
    assert.equal(session.transport, 'udp');
    assert.equal(camera.requests.filter((line) => line.startsWith('SETUP')).length, 1);
  });

  it('takes no packets from others than the camera', async () => {
    const camera = await startCamera({ transport: 'udp' });
    const { sequences } = await play(camera.address);
    const stranger = createSocket('udp4');
    await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.9', resolve));
    const forged = Buffer.from('80600001000000000000000100', 'hex');
    await new Promise((resolve) => stranger.send(forged, camera.clientPort, '127.0.0.1', resolve));
    camera.send();
    await until('the picture', () => sequences.length > 0);
    assert.ok(!sequences.includes(1));
    stranger.close();
  });

  for (const transport of ['tcp', 'udp'] as const) {
    it(`tells the camera every five seconds how it is received over ${transport}`, async () => {
      const camera = await startCamera({ transport });
      const { session, sequences } = await play(camera.address);
      camera.send();
      camera.send([1]);
      camera.send();
      await until('the pictures', () => {
        clock.advance(100);
        camera.send();
        return sequences.length > 20;
      });
      clock.advance(5_000);
      const report = await until('the report', () => camera.reports.find((each) => each.length > 40));
      assert.deepEqual([report[1], report.readIntBE(13, 3), session.packetsLost], [201, 1, 1]);
    });
  }

  it('ends when the camera says goodbye', async () => {
    const camera = await startCamera();
    const { session } = await play(camera.address);
    const timers = clock.waiting;
    camera.sendRtcp(Buffer.from('81cb000100000007', 'hex'));
    await until('the goodbye', () => clock.waiting > timers);
    clock.advance(500);
    await assert.rejects(session.lost, new VideoError('ended', 'the camera ended the stream'));
  });

  it('follows a redirect', async () => {
    const target = await startCamera();
    const camera = await startCamera({ answers: { DESCRIBE: `RTSP/1.0 302 Moved Temporarily\r\nLocation: ${target.address.uri}\r\n\r\n` } });
    await play(camera.address);
    assert.equal(target.playing, 1);
    await until('the first connection ends', () => camera.open === 0);
  });

  it('gives up redirects in a circle', async () => {
    const answers: Record<string, string> = {};
    const camera = await startCamera({ answers });
    answers['DESCRIBE'] = `RTSP/1.0 301 Moved\r\nLocation: ${camera.address.uri}\r\n\r\n`;
    await assert.rejects(play(camera.address), /redirects in a circle/);
    assert.equal(camera.connections, 4);
    await until('all connections end', () => camera.open === 0);
  });

  it('understands a camera that leaves the number out of its answers, and answers in two steps', async () => {
    const camera = await startCamera({ withoutNumbers: true, answers: { PLAY: 'RTSP/1.0 100 Continue\r\n\r\nRTSP/1.0 200 OK\r\n\r\n' } });
    await play(camera.address);
    assert.equal(camera.playing, 1);
  });

  it('signs on by OPTIONS where the camera has no GET_PARAMETER, and every 30 s where its session has no time-out', async () => {
    const camera = await startCamera({ transport: 'udp', answers: { OPTIONS: 'RTSP/1.0 200 OK\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n' } });
    await play(camera.address);
    clock.advance(29_900);
    const count = () => camera.requests.filter((line) => line.startsWith('OPTIONS')).length;
    assert.equal(count(), 1);
    clock.advance(200);
    await until('the sign of life', () => count() === 2);
  });

  it('takes the channels that the camera chose, and tracks of other channels are left alone', async () => {
    const camera = await startCamera({
      channel: 4,
      answers: { SETUP: 'RTSP/1.0 200 OK\r\nSession: 1\r\nTransport: RTP/AVP/TCP;interleaved=4-5\r\n\r\n' },
    });
    const { sequences } = await play(camera.address);
    camera.send();
    await until('the picture', () => sequences.length > 0);
  });
});
