import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { until } from '../../support/until.ts';
import { nalTypes, parseRtp, RtspClient } from './rtsp-client.ts';
import { call, credentials, http, PullPoint } from './soap-client.ts';

const device = '/onvif/device_service';
const information = '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/>';

describe('simulators/onvif-camera: faults', () => {
  let camera: CameraSimulator;
  const clients: RtspClient[] = [];
  const fault = async (name: string, args = {}): Promise<void> => await camera.faults[name]?.(args);
  const connected = async (): Promise<RtspClient> => {
    const client = await RtspClient.connect(camera.rtspPort);
    clients.push(client);
    return client;
  };

  beforeEach(async function () {
    this.timeout(120_000);
    camera = createCamera('cam-test', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby' });
    await camera.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await camera.stop();
  });

  it('drop refuses connections and closes those that stand, until clear', async () => {
    const client = await connected();
    await client.play();
    const { httpPort, rtspPort } = camera;
    await fault('drop');
    await until('the end of the session', () => client.closed && camera.viewers === 0);
    await assert.rejects(http(httpPort, 'POST', device), /ECONNREFUSED/);
    await fault('clear');
    assert.deepEqual([camera.httpPort, camera.rtspPort], [httpPort, rtspPort]);
    assert.equal((await call(httpPort, device, information)).status, 200);
  });

  it('stall accepts and never answers, and sends no pictures; clear brings both back', async () => {
    const client = await connected();
    await client.play();
    await client.pictures(1);
    await fault('stall');
    const waiting = new AbortController();
    const asking = http(camera.httpPort, 'POST', device, '', {}, waiting.signal);
    // Another camera shows how time passes.
    const witness = createCamera('cam-witness', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby' });
    await witness.start();
    const watching = await RtspClient.connect(witness.rtspPort);
    clients.push(watching);
    await watching.play();
    client.packets.length = 0;
    const replies = client.replies.length;
    client.send('OPTIONS');
    await watching.pictures(5);
    await witness.stop();
    assert.deepEqual([client.packets.length, client.replies.length], [0, replies]);
    waiting.abort();
    await assert.rejects(asking);
    await fault('clear');
    const again = await connected();
    await again.play();
    assert.ok(nalTypes((await again.pictures(1))[0]!).includes(5));
  });

  it('reset ends every connection', async () => {
    const client = await connected();
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    const pulling = point.pull('PT60S');
    await point.renew('PT60S');
    await fault('reset');
    await assert.rejects(pulling, /ECONNRESET|hang up/);
    await until('the reset', () => client.closed);
  });

  it('garble damages answers, until clear', async () => {
    await fault('garble');
    const damaged = await call(camera.httpPort, device, information);
    await fault('clear');
    const sound = await call(camera.httpPort, device, information);
    assert.match(sound.text, /Sallyport/);
    assert.notEqual(damaged.text, sound.text);
  });

  it('reboot goes away and comes back without subscriptions', async () => {
    const point = await PullPoint.create(camera.httpPort);
    await fault('reboot', { seconds: 0.2 });
    await assert.rejects(http(camera.httpPort, 'POST', device), /ECONNREFUSED/);
    await until('the camera to come back', () =>
      call(camera.httpPort, device, information).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    assert.equal((await point.pull()).status, 500);
  });

  it('packet-reorder lets datagrams overtake each other, and packet-loss takes some away', async () => {
    const client = await connected();
    const receiver = createSocket('udp4');
    const numbers: number[] = [];
    receiver.on('message', (data) => numbers.push(parseRtp(data).sequence));
    await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
    try {
      await fault('packet-reorder');
      const { port } = receiver.address();
      await client.setUp(`RTP/AVP;unicast;client_port=${port}-${port + 1}`);
      const { headers } = await client.ask('PLAY');
      await until('a key frame', () => numbers.length >= 8);
      const first = Number(/seq=(\d+)/.exec(headers['rtp-info'] ?? '')?.[1]);
      assert.deepEqual(
        numbers.slice(0, 4).map((number) => (number - first) & 0xffff),
        [1, 0, 3, 2],
      );
      await fault('clear');
      await fault('packet-loss', { percent: 50 });
      const before = numbers.length;
      await until('a loss', () => numbers.slice(before).some((number, n, all) => n > 0 && ((number - all[n - 1]!) & 0xffff) > 1));
    } finally {
      receiver.close();
    }
  });

  it('says which port is in use, and opens none', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const second = createCamera('cam-second', { httpPort: 0, rtspPort: port, ...credentials, scene: 'lobby' });
      await assert.rejects(second.start(), new RegExp(`camera cam-second, RTSP: port ${port} on 127.0.0.1 is in use by another process`));
      await assert.rejects(http(second.httpPort, 'POST', device), /ECONNREFUSED|EADDRNOTAVAIL/);
    } finally {
      other.close();
    }
  });

  it('stops twice, before it started, and starts again', async () => {
    const other = createCamera('cam-other', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby' });
    await other.stop();
    await other.start();
    await other.start();
    await other.stop();
    await other.stop();
    await other.start();
    assert.equal((await call(other.httpPort, device, information)).status, 200);
    await other.stop();
  });
});
