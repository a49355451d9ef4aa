import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readFragmentHeader } from '../../src/video/fmp4/fragment.ts';
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

describe("VLC's RTSP server as a camera (needs vlc-bin, and setpriv when it is root who tests)", function () {
  this.timeout(60_000);

  before(function () {
    if (!available) this.skip();
  });

  for (const [codec, library] of [
    ['H264', 'libx264'],
    ['H265', 'libx265'],
  ] as const) {
    for (const transport of ['tcp', 'udp'] as const) {
      it(`delivers every picture: ${codec}, ${transport} wanted`, async () => {
        await inTemporaryDirectory(async (directory) => {
          await chmod(directory, 0o755);
          const path = join(directory, 'film.mp4');
          const group = ['-g', '25', '-bf', '0', ...(library === 'libx265' ? ['-x265-params', 'log-level=error:keyint=25:bframes=0'] : [])];
          const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-t', '20', '-pix_fmt', 'yuv420p'];
          await run('ffmpeg', ['-v', 'error', ...source, '-c:v', library, '-preset', 'ultrafast', ...group, path]);
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
            const { codec: seen, picturesDropped, packetsLost } = watched.feed.status();
            await watched.feed.close();
            assert.deepEqual([seen, packetsLost], [codec, 0], JSON.stringify(watched.states));
            // It begins in the middle of a group of pictures, whose key frame it does not repeat.
            assert.ok(picturesDropped < 25, `${picturesDropped} dropped`);
            const times = watched.fragments.map((fragment) => readFragmentHeader(fragment).showAt);
            const gaps = times.filter((at, i) => i > 0 && Math.abs(at - times[i - 1]! - 3600) > 90);
            assert.deepEqual(gaps, [], 'a picture is missing');
            assert.equal((await decode(watched.film)).pictures, watched.pictures);
          } finally {
            await watched.feed.close();
            await vlc.stop();
          }
        });
      });
    }
  }
});
