import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import { until } from '../../support/until.ts';
import { Connected, camera } from './connected.ts';
import { ScriptedCamera, envelope, fault, notification, profile, service } from './scripted-camera.ts';
import type { SeenRequest } from './scripted-camera.ts';

const created = ({ envelope: text }: SeenRequest) => /<Created[^>]*>([^<]+)/.exec(text)?.[1];

describe('onvif-camera: connecting', () => {
  let device: ScriptedCamera;
  let gateway: Connected;

  beforeEach(async () => {
    device = new ScriptedCamera();
    await device.start();
    gateway = new Connected();
  });

  afterEach(async () => {
    await gateway.end();
    await device.stop();
  });

  it('says what the camera is and gives the address of its picture without credentials in it', async () => {
    const connection = await gateway.open(device);
    assert.equal(gateway.host.onlineDetail, 'Acme Eye 4, firmware 5.40');
    const stream = await connection.cameras?.stream('cam-1');
    assert.deepEqual(stream, { uri: 'rtsp://127.0.0.1:8554/live?ch=1&sub=0', username: 'sallyport', password: 'open sesame' });
  });

  it('takes the clock offset first, without credentials, and puts the time of the camera into the digest', async () => {
    device.clockOffsetMs = -3_600_000;
    await gateway.open(device);
    const [first, second] = device.seen;
    assert.equal(first?.operation, 'GetSystemDateAndTime');
    assert.ok(!first.envelope.includes('UsernameToken'));
    const told = Date.parse(created(second!) ?? '');
    assert.ok(Math.abs(told - (Date.now() - 3_600_000)) < 10_000);
  });

  it('signs each request with a nonce of its own by the password digest of WS-Security', async () => {
    await gateway.open(device);
    const signed = device.seen.filter((request) => request.envelope.includes('UsernameToken'));
    const nonces = signed.map((request) => {
      const nonce = /<Nonce[^>]*>([^<]+)/.exec(request.envelope)?.[1] ?? '';
      const digest = createHash('sha1')
        .update(Buffer.from(nonce, 'base64'))
        .update(`${created(request)}open sesame`)
        .digest('base64');
      assert.ok(request.envelope.includes(`>${digest}</Password>`));
      return nonce;
    });
    assert.ok(signed.length >= 5);
    assert.equal(new Set(nonces).size, nonces.length);
    assert.ok(device.seen.every((request) => !request.envelope.includes('open sesame')));
  });

  it('sends a user name as it is, whatever characters are in it', async () => {
    await gateway.open(device, { username: 'Zoë & <co>' });
    assert.ok(device.seen.some(({ envelope: text }) => text.includes('<Username>Zoë &amp; &lt;co&gt;</Username>')));
  });

  it('reports states that were read as initial, before it is online', async () => {
    device.push(notification(true, { operation: 'Initialized' }));
    await gateway.open(device);
    assert.deepEqual(
      gateway.host.of('cam-1', 'video.motion').map(({ phase, initial }) => ({ phase, initial })),
      [{ phase: 'raised', initial: true }],
    );
  });

  for (const status of [400, 401, 500, 200]) {
    it(`takes NotAuthorized sent as HTTP ${status} for a wrong password after a second try with a fresh clock offset`, async () => {
      device.on('GetDeviceInformation', () => ({ status, body: fault('NotAuthorized', 'Sender not Authorized') }));
      await assert.rejects(gateway.open(device), (error: Error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /refuses user name "sallyport" or its password/);
        assert.ok(!error.message.includes('sesame'));
        return true;
      });
      assert.equal(device.count('GetSystemDateAndTime'), 2);
      assert.equal(device.count('GetDeviceInformation'), 2);
    });
  }

  const refusals = {
    'in a fault': () => ({ status: 400, body: fault('NotAuthorized', 'Sender not Authorized') }),
    'by Digest': () => ({ status: 401, body: '', headers: { 'WWW-Authenticate': 'Digest realm="cam", nonce="n0nce", qop="auth"' } }),
    'by Basic': () => ({ status: 401, body: '', headers: { 'WWW-Authenticate': 'Basic realm="cam"' } }),
  };
  for (const [how, answer] of Object.entries(refusals)) {
    it(`sends a wrong password twice at most, to a camera that refuses everything ${how}`, async () => {
      for (const operation of ['GetSystemDateAndTime', 'GetDeviceInformation', 'GetServices', 'GetCapabilities']) device.on(operation, answer);
      await assert.rejects(gateway.open(device), ConfigurationError);
      const attempts = device.seen.filter(({ envelope: text, headers }) => text.includes('UsernameToken') || headers.authorization !== undefined);
      assert.ok(attempts.length <= 2, `${attempts.length} attempts`);
    });
  }

  it('gets in after all when only the clock had been set in between', async () => {
    device.on('GetDeviceInformation', (request) => {
      if (device.count('GetDeviceInformation') > 1) return device.usual(request);
      return { status: 400, body: fault('NotAuthorized', 'Sender not Authorized') };
    });
    await gateway.open(device);
    assert.ok(gateway.host.isOnline);
  });

  it('retries a camera that hangs or is not there instead of giving it up', async () => {
    device.on('GetDeviceInformation', () => 'hang');
    await assert.rejects(
      gateway.open(device, { timeoutMs: 100 }),
      (error: Error) => !(error instanceof ConfigurationError) && /did not answer within 100 ms/.test(error.message),
    );
  });

  it('answers a demand for HTTP Digest and then leaves the credentials out of the envelope', async () => {
    const demand = {
      status: 401,
      body: '<html>no</html>',
      headers: { 'WWW-Authenticate': 'Digest realm="cam", qop="auth", nonce="n0nce", algorithm=SHA-256' },
    };
    device.on('GetDeviceInformation', (request) => (request.headers.authorization === undefined ? demand : device.usual(request)));
    await gateway.open(device);
    const answer = device.seen.find(({ operation, headers }) => operation === 'GetDeviceInformation' && headers.authorization !== undefined);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const cnonce = /cnonce="([^"]+)"/.exec(answer?.headers.authorization ?? '')?.[1] ?? '';
    const expected = hash(`${hash('sallyport:cam:open sesame')}:n0nce:00000001:${cnonce}:auth:${hash('POST:/onvif/device_service')}`);
    assert.ok(answer?.headers.authorization?.includes(`response="${expected}"`) === true);
    assert.ok(!answer.envelope.includes('UsernameToken'));
    assert.equal(device.count('GetDeviceInformation'), 2);
  });

  it('takes a second refusal of HTTP Digest for a wrong password', async () => {
    const headers = { 'WWW-Authenticate': 'Digest realm="cam", nonce="n0nce"' };
    device.on('GetDeviceInformation', () => ({ status: 401, body: '', headers }));
    await assert.rejects(gateway.open(device), ConfigurationError);
  });

  it('asks for the time with credentials where the camera insists on them, and does without where it tells none', async () => {
    device.on('GetSystemDateAndTime', (request) =>
      request.envelope.includes('UsernameToken')
        ? { body: envelope('<d:GetSystemDateAndTimeResponse/>') }
        : { status: 400, body: fault('NotAuthorized', 'Sender not Authorized') },
    );
    await gateway.open(device);
    assert.equal(device.count('GetSystemDateAndTime'), 2);
    assert.deepEqual(
      gateway.host.of('device', 'device.clock').map(({ phase }) => phase),
      ['restored'],
    );
  });

  it('counts a reply that lacks what was asked for', async () => {
    device.on('GetStreamUri', () => ({ body: envelope('<GetStreamUriResponse/>') }));
    await assert.rejects(gateway.open(device), /told no address for profile main/);
    assert.deepEqual(
      gateway.host.malformedFrames.map(({ reason }) => reason),
      ['GetStreamUri told no address for profile main'],
    );
  });

  it('asks for capabilities where the camera does not know GetServices', async () => {
    device.on('GetServices', () => ({ status: 500, body: fault('ActionNotSupported', 'not implemented') }));
    device.on('GetCapabilities', () => ({
      body: envelope(
        `<d:GetCapabilitiesResponse><d:Capabilities><tt:Events><tt:XAddr>${device.address}/ev</tt:XAddr></tt:Events><tt:Media><tt:XAddr>${device.address}/me</tt:XAddr></tt:Media></d:Capabilities></d:GetCapabilitiesResponse>`,
      ),
    }));
    await gateway.open(device);
    assert.equal(device.seen.find(({ operation }) => operation === 'GetProfiles')?.path, '/me');
    assert.equal(device.seen.find(({ operation }) => operation === 'CreatePullPointSubscription')?.path, '/ev');
  });

  it('prefers media2 and falls back to media where media2 fails', async () => {
    device.on('GetServices', async (request) => {
      const { body } = (await device.usual(request)) as { body: string };
      return {
        body: body.replace('</d:GetServicesResponse>', `${service('ver20/media', 'Media2').replace('HOST', device.address)}</d:GetServicesResponse>`),
      };
    });
    device.on('GetProfiles', (request) => (request.path === '/onvif/Media2' ? { status: 500, body: fault('Action', 'no') } : device.usual(request)));
    await gateway.open(device);
    assert.equal(device.seen.find(({ operation }) => operation === 'GetStreamUri')?.path, '/onvif/Media');
  });

  it('names what the camera has when the profile of the site file is not there', async () => {
    gateway = new Connected([{ ...camera, at: { profile: 'Third' } }]);
    await assert.rejects(gateway.open(device), /cam-1: .*it has main \(Main, video source V_SRC_000\); sub/);
  });

  it('finds profiles by name and by video source', async () => {
    const sources = `<GetProfilesResponse>${profile('p1', 'Main', 'A')}${profile('p2', 'Sub', 'A')}${profile('p3', 'Main B', 'B')}</GetProfilesResponse>`;
    device.on('GetProfiles', () => ({ body: envelope(sources) }));
    gateway = new Connected([
      { ...camera, id: 'by-name', at: { profile: 'Sub' } },
      { ...camera, id: 'by-source', at: { videoSource: 'B' } },
    ]);
    await gateway.open(device);
    const asked = device.seen
      .filter(({ operation }) => operation === 'GetStreamUri')
      .map(({ envelope: text }) => /<ProfileToken>(\w+)/.exec(text)?.[1]);
    assert.deepEqual(asked, ['p2', 'p3']);
  });

  it('tells a message to the cameras of its video source alone, on a device with several', async () => {
    device.on('GetProfiles', () => ({
      body: envelope(`<GetProfilesResponse>${profile('p1', 'A', 'A')}${profile('p2', 'B', 'B')}</GetProfilesResponse>`),
    }));
    gateway = new Connected([
      { ...camera, id: 'cam-a', at: { videoSource: 'A' } },
      { ...camera, id: 'cam-b', at: { videoSource: 'B' } },
    ]);
    await gateway.open(device);
    device.push(notification(true, { source: 'VSC_B' }), notification(true, { source: 'C' }), notification(true, { source: 'A' }));
    await until('motion at A', () => gateway.host.of('cam-a', 'video.motion').length > 0);
    assert.equal(gateway.host.of('cam-b', 'video.motion').length, 1);
    assert.equal(gateway.host.of('cam-a', 'video.motion').length, 1);
  });

  it('puts the configured host where the camera gives an address that cannot be right', async () => {
    device.on('GetStreamUri', () => ({
      body: envelope('<GetStreamUriResponse><MediaUri><tt:Uri>rtsp://admin:pw@0.0.0.0:554/live</tt:Uri></MediaUri></GetStreamUriResponse>'),
    }));
    const connection = await gateway.open(device);
    assert.equal((await connection.cameras?.stream('cam-1'))?.uri, 'rtsp://127.0.0.1:554/live');
  });

  it('gives the picture of a camera that offers no events', async () => {
    device.on('GetServices', () => ({
      body: envelope(`<d:GetServicesResponse>${service('ver10/media', 'Media').replace('HOST', device.address)}</d:GetServicesResponse>`),
    }));
    const connection = await gateway.open(device);
    assert.equal(gateway.host.onlineDetail, 'Acme Eye 4, firmware 5.40 (offers no events)');
    assert.ok(await connection.cameras?.stream('cam-1'));
  });

  it('gives the picture of a camera whose event service hangs up, and says so', async () => {
    device.on('CreatePullPointSubscription', () => 'cut');
    await gateway.open(device);
    assert.match(gateway.host.onlineAttention ?? '', /^no events: .*cut its reply off/);
  });

  it('reports a clock that is off by more than a minute, once, and a right one as read', async () => {
    device.clockOffsetMs = 120_000;
    await gateway.open(device);
    const [signal, ...more] = gateway.host.of('device', 'device.clock');
    assert.equal(signal?.phase, 'raised');
    assert.ok(Math.abs(Number(signal.details?.['offsetMs']) - 120_000) < 2_000);
    assert.deepEqual(more, []);
    const right = new Connected();
    device.clockOffsetMs = 0;
    await right.open(device);
    await right.end();
    assert.deepEqual(
      right.host.of('device', 'device.clock').map(({ phase, initial }) => [phase, initial]),
      [['restored', true]],
    );
  });
});
