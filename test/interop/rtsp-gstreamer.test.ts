import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { decode } from '../video/support/footage.ts';
import { Watched } from '../video/support/watched.ts';
import { Peer, works } from './peers/peer.ts';

const PYTHON = '/usr/bin/python3';
const script = join(import.meta.dirname, 'peers', 'rtsp_gstreamer.py');
const credentials = { username: 'sallyport', password: 'correct horse' };
const available = works(PYTHON, ['-c', "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"]);
const PICTURES = 100;

interface Case {
  readonly codec: 'h264' | 'h265';
  readonly transport: 'tcp' | 'udp';
  readonly auth: 'none' | 'basic' | 'digest';
  readonly audio: boolean;
}

const cases: readonly Case[] = [
  { codec: 'h264', transport: 'tcp', auth: 'digest', audio: false },
  { codec: 'h264', transport: 'tcp', auth: 'basic', audio: true },
  { codec: 'h264', transport: 'udp', auth: 'digest', audio: true },
  { codec: 'h264', transport: 'udp', auth: 'none', audio: false },
  { codec: 'h265', transport: 'tcp', auth: 'digest', audio: true },
  { codec: 'h265', transport: 'udp', auth: 'basic', audio: false },
];

describe("GStreamer's RTSP server as a camera (needs python3-gi and gst-rtsp-server 1.0)", function () {
  this.timeout(60_000);

  before(function () {
    if (!available) this.skip();
  });

  for (const { codec, transport, auth, audio } of cases) {
    it(`delivers every picture: ${codec}, ${transport} only, authentication ${auth}, ${audio ? 'audio track first' : 'no audio'}`, async () => {
      const server = new Peer(PYTHON, [script], `${JSON.stringify({ codec, transport, auth, audio, pictures: PICTURES, ...credentials })}\n`);
      const port = await server.says('its port', (line) => (JSON.parse(line) as { port?: number }).port);
      const watched = new Watched({ uri: `rtsp://127.0.0.1:${port}/stream`, ...(auth === 'none' ? {} : credentials) });
      try {
        const sent = await server.says('how many pictures it sent', (line) => (JSON.parse(line) as { sent?: number }).sent);
        // The payloader keeps the last picture to itself when the stream ends.
        assert.ok(sent >= PICTURES - 1);
        const { picturesDropped } = watched.feed.status();
        await until('all pictures', () => watched.pictures + picturesDropped >= sent);
        const { transport: used, codec: seen, packetsLost } = watched.feed.status();
        assert.deepEqual([used, seen, packetsLost], [transport, codec.toUpperCase(), 0]);
        await watched.feed.close();
        assert.equal(watched.pictures + picturesDropped, sent);
        assert.equal((await decode(watched.film)).pictures, watched.pictures);
      } finally {
        await watched.feed.close();
        await server.stop();
      }
    });
  }

  it('refuses a wrong password', async () => {
    const options = { codec: 'h264', transport: 'tcp', auth: 'digest', audio: false, pictures: PICTURES, ...credentials };
    const server = new Peer(PYTHON, [script], `${JSON.stringify(options)}\n`);
    const port = await server.says('its port', (line) => (JSON.parse(line) as { port?: number }).port);
    const watched = new Watched({ uri: `rtsp://127.0.0.1:${port}/stream`, username: 'sallyport', password: 'battery staple' });
    try {
      await until('the refusal', () => watched.feed.state.state === 'lost');
      assert.equal(watched.feed.state.detail, 'the camera refuses the user name or the password');
    } finally {
      await watched.feed.close();
      await server.stop();
    }
  });
});
