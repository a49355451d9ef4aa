import assert from 'node:assert/strict';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { quirks } from '../../../simulators/onvif-camera/quirks.ts';
import { until } from '../../support/until.ts';
import { Watched } from '../../video/support/watched.ts';
import { RtspClient } from './rtsp-client.ts';
import { credentials } from './soap-client.ts';

const PICTURES = 20;

describe('simulators/onvif-camera: quirks of its RTSP server', function () {
  this.timeout(60_000);
  /** With each quirk one. */
  const cameras = new Map<string, CameraSimulator>();
  const watched = new Map<string, Watched>();
  const concerned = [...quirks.names.filter((name) => name.startsWith('rtsp-')), 'digest-without-qop', 'only-basic-authentication'];

  // All at the same time, since pictures take the time that they take.
  before(async () => {
    for (const quirk of concerned) {
      const camera = createCamera('cam-test', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby', quirks: [quirk] });
      cameras.set(quirk, camera);
      await camera.start();
      watched.set(quirk, new Watched({ uri: `rtsp://127.0.0.1:${camera.rtspPort}/stream`, ...credentials }));
    }
  });
  after(async () => {
    for (const { feed } of watched.values()) await feed.close();
    for (const camera of cameras.values()) await camera.stop();
  });

  for (const quirk of concerned) {
    it(`our ingest gets every picture in spite of ${quirk}`, async () => {
      const film = watched.get(quirk)!;
      await until('pictures', () => film.pictures >= PICTURES, 30_000);
      const { transport, packetsLost, picturesDropped } = film.feed.status();
      assert.deepEqual([transport, packetsLost, picturesDropped], [quirk === 'rtsp-udp-only' ? 'udp' : 'tcp', 0, 0]);
      assert.deepEqual(
        film.states.filter(({ state }) => state === 'lost'),
        [],
      );
    });
  }

  const udp = 'RTP/AVP;unicast;client_port=40000-40001';
  /** What each shows to a client that speaks by hand. */
  const shown: Readonly<Record<string, (client: RtspClient) => Promise<void>>> = {
    'rtsp-udp-only': async (client) => assert.equal((await client.setUp()).status, 461),
    'rtsp-tcp-only': async (client) => assert.equal((await client.setUp(udp)).status, 461),
    'rtsp-audio-first': async (client) => assert.match((await client.describe()).body, /m=audio .*m=video /s),
    'rtsp-session-without-timeout': async (client) => assert.match((await client.setUp()).headers['session'] ?? '', /^[0-9a-f]+$/),
    'rtsp-absolute-controls': async (client) => {
      const { headers, body } = await client.describe();
      assert.equal(headers['content-base'], undefined);
      assert.match(body, /a=control:rtsp:\/\/127\.0\.0\.1:\d+\/stream\/trackID=1/);
    },
    'rtsp-one-request-at-a-time': async (client) => {
      await client.describe();
      const request = (cseq: number) => `OPTIONS ${client.base} RTSP/1.0\r\nCSeq: ${cseq}\r\n\r\n`;
      client.socket.write(request(71) + request(72));
      await client.ask('OPTIONS');
      assert.deepEqual([client.replies.at(-2)?.headers['cseq'], client.replies.some(({ headers }) => headers['cseq'] === '72')], ['71', false]);
    },
    'rtsp-no-parameter-requests': async (client) => {
      await client.setUp();
      assert.equal((await client.ask('GET_PARAMETER')).status, 501);
    },
    'digest-without-qop': async (client) => {
      assert.match((await client.ask('DESCRIBE')).headers['www-authenticate'] ?? '', /^Digest realm="[^"]*", nonce="[0-9a-f]*"$/);
    },
    'only-basic-authentication': async (client) => {
      assert.equal((await client.ask('DESCRIBE')).headers['www-authenticate'], 'Basic realm="Simulated camera"');
    },
  };

  it('are each shown', () => assert.deepEqual(Object.keys(shown).sort(), [...concerned].sort()));

  for (const [quirk, look] of Object.entries(shown)) {
    it(`${quirk} shows on the wire`, async () => {
      const client = await RtspClient.connect(cameras.get(quirk)!.rtspPort);
      try {
        await look(client);
      } finally {
        client.close();
      }
    });
  }
});
