import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CameraStatus } from '../../src/video/status.ts';
import { AtOnce } from '../support/at-once.ts';
import { freePorts } from '../support/free-ports.ts';
import { until } from '../support/until.ts';
import { decode, inTemporaryDirectory } from '../video/support/footage.ts';
import { Watched } from '../video/support/watched.ts';
import { Peer, works } from './peers/peer.ts';

const run = promisify(execFile);
const NOBODY = '65534';
/** VLC refuses to run as root. */
const asUser = process.getuid?.() === 0 ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
const [first = '', ...rest]: readonly string[] = [...asUser, 'cvlc'];
const available = works(first, [...rest, '--version']);

interface Case {
  readonly codec: 'H264' | 'H265';
  readonly transport: 'tcp' | 'udp';
}

const cases: readonly Case[] = (['H264', 'H265'] as const).flatMap((codec) => (['tcp', 'udp'] as const).map((transport) => ({ codec, transport })));

describe("VLC's RTSP server as a camera (needs vlc-bin, and setpriv when it is root who tests)", function () {
  this.timeout(60_000);
  /** All at the same time, since each takes as long as its film. */
  const received = new AtOnce(receive);

  before(function () {
    if (!available) return this.skip();
    received.begin(cases);
  });
  after(() => received.settled());

  /** Takes in four seconds of a film that VLC sends. */
  async function receive({ codec, transport }: Case): Promise<{ readonly watched: Watched; readonly status: CameraStatus }> {
    return inTemporaryDirectory(async (directory) => {
      await chmod(directory, 0o755);
      const path = join(directory, 'film.mp4');
      const encoder = codec === 'H264' ? ['libx264'] : ['libx265', '-x265-params', 'log-level=error:keyint=25:bframes=0'];
      const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-t', '20', '-pix_fmt', 'yuv420p'];
      await run('ffmpeg', ['-v', 'error', ...source, '-c:v', ...encoder, '-preset', 'ultrafast', '-g', '25', '-bf', '0', path]);
      const [port = 0] = await freePorts(1);
      const sout = `#rtp{sdp=rtsp://127.0.0.1:${port}/stream}`;
      const vlc = new Peer(first, [...rest, '--intf', 'dummy', '--no-audio', '--rtsp-host', '127.0.0.1', '--sout', sout, '--sout-keep', path]);
      const watched = new Watched({ uri: `rtsp://127.0.0.1:${port}/stream`, transport });
      try {
        await until(
          'four seconds of pictures',
          () => watched.pictures >= 100 || watched.states.filter(({ state }) => state === 'lost').length > 3,
          30_000,
        );
        return { watched, status: watched.feed.status() };
      } finally {
        await watched.feed.close();
        await vlc.stop();
      }
    });
  }

  for (const each of cases) {
    it(`delivers every picture: ${each.codec}, ${each.transport} wanted`, async () => {
      const { watched, status } = await received.take(each);
      const { codec, picturesDropped, packetsLost } = status;
      assert.deepEqual([codec, packetsLost], [each.codec, 0], JSON.stringify(watched.states));
      // It begins in the middle of a group of pictures, whose key frame it does not repeat.
      assert.ok(picturesDropped < 25, `${picturesDropped} dropped`);
      const times = watched.showTimes;
      const gaps = times.filter((at, i) => i > 0 && Math.abs(at - times[i - 1]! - 3600) > 90);
      assert.deepEqual(gaps, [], 'a picture is missing');
      assert.equal((await decode(watched.film)).pictures, watched.pictures);
    });
  }
});
