import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { until } from '../../support/until.ts';
import { nalTypes, parseRtp, RtspClient } from './rtsp-client.ts';
import type { RtpPacket } from './rtsp-client.ts';
import { credentials, PullPoint } from './soap-client.ts';

describe('simulators/onvif-camera: RTSP', () => {
  let camera: CameraSimulator;
  const clients: RtspClient[] = [];
  const start = async (options: object = {}): Promise<void> => {
    camera = createCamera('cam-test', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby', ...options });
    await camera.start();
  };
  const connected = async (): Promise<RtspClient> => {
    const client = await RtspClient.connect(camera.rtspPort);
    clients.push(client);
    return client;
  };

  before(async function () {
    this.timeout(120_000);
    await start();
    await camera.stop();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await camera.stop();
  });

  it('lists its methods to anybody and describes its stream to who knows the password', async () => {
    await start();
    const client = await connected();
    assert.match((await client.ask('OPTIONS')).headers['public'] ?? '', /DESCRIBE, SETUP, PLAY/);
    const refused = await client.ask('DESCRIBE');
    assert.equal(refused.status, 401);
    assert.match(refused.headers['www-authenticate'] ?? '', /^Digest realm=.*qop="auth"/);
    const { status, headers, body } = await client.describe();
    assert.deepEqual([status, headers['content-base']], [200, `${client.base}/`]);
    assert.match(body, /a=fmtp:96 packetization-mode=1;profile-level-id=42C01E;sprop-parameter-sets=[\w+/=]+,[\w+/=]+\r\n/);
  });

  it('begins with a key frame: parameter sets in one packet, then the bar and the scene', async () => {
    await start();
    const client = await connected();
    assert.equal((await client.play()).status, 200);
    const [first, second] = await client.pictures(2);
    assert.deepEqual(nalTypes(first!), [7, 8, 5, 5]);
    assert.equal(first![0]!.payload[0]! & 0x1f, 24);
    assert.deepEqual(nalTypes(second!), [1, 1]);
  });

  it('sends a key frame every second and counts packets and time without a gap', async () => {
    await start();
    const client = await connected();
    const { headers } = await client.play();
    const pictures = await client.pictures(27);
    const keys = pictures.flatMap((picture, n) => (nalTypes(picture).includes(5) ? [n] : []));
    assert.ok(keys.length === 3 && keys[0] === 0 && keys[2] === 25 && [12, 13].includes(keys[1]!), String(keys));
    const packets = pictures.flat();
    assert.equal(packets[0]!.sequence, Number(/seq=(\d+)/.exec(headers['rtp-info'] ?? '')?.[1]));
    packets.forEach(({ sequence }, n) => assert.equal(sequence, (packets[0]!.sequence + n) & 0xffff));
    const times = pictures.map((picture) => picture[0]!.timestamp);
    times.slice(1).forEach((time, n) => assert.equal((time - times[n]!) >>> 0, 7200));
    for (const picture of pictures) assert.ok(picture.every(({ timestamp }) => timestamp === picture[0]!.timestamp));
  });

  it('ties its clock to the wall clock by a sender report before the first picture', async () => {
    await start();
    await camera.faults['clock-skew']?.({ seconds: 7200 });
    const client = await connected();
    await client.play();
    const [first] = await client.pictures(1);
    const report = client.reports[0]!;
    assert.equal(report[1], 200);
    assert.equal(report.readUInt32BE(16), first![0]!.timestamp);
    const seconds = report.readUInt32BE(8) - 2_208_988_800;
    const ahead = seconds - Date.now() / 1000;
    assert.ok(ahead > 7100 && ahead < 7300, `the report is ${ahead} s ahead`);
  });

  it('ends with a goodbye after TEARDOWN', async () => {
    await start();
    const client = await connected();
    await client.play();
    await client.pictures(1);
    assert.equal((await client.ask('TEARDOWN')).status, 200);
    await until('the goodbye', () => client.reports.some((report) => report.subarray(-8)[1] === 203));
    assert.equal(camera.viewers, 0);
    assert.equal((await client.ask('GET_PARAMETER')).status, 454);
  });

  it('ends a session of which it hears nothing, and keeps one that keeps itself alive', async () => {
    await start({ sessionTimeoutSeconds: 0.4 });
    const [silent, alive] = [await connected(), await connected()];
    assert.match((await silent.setUp()).headers['session'] ?? '', /;timeout=0.4$/);
    await alive.setUp();
    await until('the time-out', async () => {
      assert.equal((await alive.ask('GET_PARAMETER')).status, 200);
      return silent.closed;
    });
    assert.equal(camera.viewers, 1);
  });

  it('sends by UDP to a client that asks for it', async () => {
    await start();
    const client = await connected();
    const receiver = createSocket('udp4');
    const packets: RtpPacket[] = [];
    receiver.on('message', (data) => packets.push(parseRtp(data)));
    await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
    try {
      const port = receiver.address().port;
      const { headers } = await client.setUp(`RTP/AVP;unicast;client_port=${port}-${port + 1}`);
      assert.match(headers['transport'] ?? '', /server_port=\d+-\d+/);
      await client.ask('PLAY');
      await until('a picture', () => packets.some(({ marker }) => marker));
      assert.deepEqual(nalTypes(packets).slice(0, 3), [7, 8, 5]);
    } finally {
      receiver.close();
    }
  });

  it('refuses a transport, a path, a session or a method that it does not have', async () => {
    await start();
    const client = await connected();
    assert.equal((await client.setUp('RTP/AVP;multicast')).status, 461);
    assert.equal((await client.ask('DESCRIBE', client.base.replace('stream', 'elsewhere'))).status, 404);
    assert.equal((await client.ask('PLAY', client.base, { Session: 'none' })).status, 454);
    assert.equal((await client.ask('RECORD')).status, 501);
  });

  it('answers requests in their order that come in one piece or byte by byte', async () => {
    await start();
    const client = await connected();
    for (let n = 0; n < 3; n++) client.send('OPTIONS');
    for (const byte of `OPTIONS ${client.base} RTSP/1.0\r\nCSeq: 4\r\n\r\n`) client.socket.write(byte);
    await until('four replies', () => client.replies.length === 4);
    assert.deepEqual(
      client.replies.map(({ headers }) => headers['cseq']),
      ['1', '2', '3', '4'],
    );
  });

  it('hangs up on who does not speak RTSP', async () => {
    await start();
    const client = await connected();
    client.socket.write('GET / HTTP/1.1\r\n\r\n');
    await until('the end', () => client.closed);
    assert.equal(client.replies[0]?.status, 400);
  });

  it('sends no pictures while the signal is lost, and begins again with a key frame', async () => {
    await start();
    const client = await connected();
    await client.play();
    await client.pictures(1);
    await camera.stimuli['signal-loss']?.({ active: true });
    // What was on its way arrives before this reply.
    await client.ask('OPTIONS');
    client.packets.length = 0;
    // Six pulls that wait in vain take as long as six pictures.
    const point = await PullPoint.create(camera.httpPort);
    await point.pull();
    for (let n = 0; n < 6; n++) await point.pull('PT0.08S');
    assert.equal(client.packets.length, 0);
    await camera.stimuli['signal-loss']?.({ active: false });
    const [first] = await client.pictures(1);
    assert.ok(nalTypes(first!).includes(5));
  });

  it('drops a client that does not read', async function () {
    this.timeout(60_000);
    await start();
    const client = await connected();
    await client.setUp();
    client.socket.pause();
    client.send('PLAY');
    // Requests whose replies nobody reads fill the way to the client faster than pictures would.
    const flood = setInterval(() => {
      for (let n = 0; n < 2000; n++) client.send('OPTIONS');
    }, 20);
    await until('the session to be dropped', () => camera.viewers === 0, 50_000).finally(() => clearInterval(flood));
  });
});
