import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { CameraStatus } from '../../src/video/status.ts';
import { AtOnce } from '../support/at-once.ts';
import { until } from '../support/until.ts';
import { decode } from '../video/support/footage.ts';
import { Watched } from '../video/support/watched.ts';
import { Peer, works } from './peers/peer.ts';

const PYTHON = '/usr/bin/python3';
const script = join(import.meta.dirname, 'peers', 'rtsp_gstreamer.py');
const credentials = { username: 'sallyport', password: 'correct horse' };
const available = works(PYTHON, ['-c', "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"]);
const PICTURES = 50;

type Ports = Readonly<Record<'none' | 'basic' | 'digest', number>>;

interface Case {
  readonly auth: keyof Ports;
  readonly codec: 'h264' | 'h265';
  readonly transport: 'tcp' | 'udp';
  readonly audio: boolean;
}

const cases: readonly Case[] = [
  ...(['digest', 'basic'] as const).flatMap((auth) =>
    (['h264', 'h265'] as const).flatMap((codec) =>
      (['tcp', 'udp'] as const).flatMap((transport) => [true, false].map((audio) => ({ auth, codec, transport, audio }))),
    ),
  ),
  { auth: 'none', codec: 'h264', transport: 'udp', audio: false },
];

interface Received {
  readonly sent: number;
  readonly watched: Watched;
  readonly status: CameraStatus;
}

describe("GStreamer's RTSP server as a camera (needs python3-gi and gst-rtsp-server 1.0)", function () {
  this.timeout(60_000);
  /** All at the same time, since each takes as long as its film. */
  const received = new AtOnce(receive);
  let server: Peer;
  let ports: Ports;

  before(async function () {
    if (!available) return this.skip();
    server = new Peer(PYTHON, [script], `${JSON.stringify({ pictures: PICTURES, ...credentials })}\n`);
    ports = await server.says('its ports', (line) => (JSON.parse(line) as { ports?: Ports }).ports);
    received.begin(cases);
  });

  after(async () => {
    await received.settled();
    await server?.stop();
  });

  /** Takes a stream in from its beginning to its end. */
  async function receive({ codec, transport, auth, audio }: Case): Promise<Received> {
    const earlier = server.lines.length;
    const path = `/${codec}-${transport}-${audio ? 'audio' : 'silent'}`;
    const watched = new Watched({ uri: `rtsp://127.0.0.1:${ports[auth]}${path}`, ...(auth === 'none' ? {} : credentials) });
    try {
      const sent = await server.says('how many pictures it sent', (line, number) => {
        const said = JSON.parse(line) as { path?: string; sent?: number };
        return said.path === path && number >= earlier ? said.sent : undefined;
      });
      await until('all pictures', () => watched.pictures + watched.feed.status().picturesDropped >= sent);
      return { sent, watched, status: watched.feed.status() };
    } finally {
      await watched.feed.close();
    }
  }

  for (const each of cases) {
    const { codec, transport, auth, audio } = each;
    it(`delivers every picture: ${codec}, ${transport} only, authentication ${auth}, ${audio ? 'audio track first' : 'no audio'}`, async () => {
      const { sent, watched, status } = await received.take(each);
      // The payloader keeps the last picture to itself when the stream ends.
      assert.ok(sent >= PICTURES - 1);
      const { transport: used, codec: seen, packetsLost, picturesDropped } = status;
      assert.deepEqual([used, seen, packetsLost], [transport, codec.toUpperCase(), 0]);
      assert.equal(watched.pictures + picturesDropped, sent);
      assert.equal((await decode(watched.film)).pictures, watched.pictures);
    });
  }

  it('refuses a wrong password', async () => {
    const watched = new Watched({ uri: `rtsp://127.0.0.1:${ports.digest}/h264-tcp-silent`, username: 'sallyport', password: 'battery staple' });
    try {
      await until('the refusal', () => watched.feed.state.state === 'lost');
      assert.equal(watched.feed.state.detail, 'the camera refuses the user name or the password');
    } finally {
      await watched.feed.close();
    }
  });
});
