import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { call, credentials, digestAnswer, envelope, http, securityHeader } from './soap-client.ts';
import type { Reply } from './soap-client.ts';

const device = '/onvif/device_service';
const media = '/onvif/media_service';
const information = '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/>';
const dateAndTime = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>';

describe('simulators/onvif-camera: services', () => {
  let camera: CameraSimulator;
  const start = async (quirks: object = {}): Promise<CameraSimulator> => {
    camera = createCamera('cam-test', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'lobby', ...quirks });
    await camera.start();
    return camera;
  };
  const post = (header: string, body = information, headers: Record<string, string> = {}): Promise<Reply> =>
    http(camera.httpPort, 'POST', device, envelope(body, header), headers);
  const fault = async (name: string, args = {}): Promise<void> => await camera.faults[name]?.(args);

  before(async function () {
    // The pictures are drawn when no run before has done it.
    this.timeout(120_000);
    await start();
    await camera.stop();
  });
  afterEach(() => camera.stop());

  it('tells the time without a password', async () => {
    await start();
    const { status, text } = await post('', dateAndTime);
    assert.equal(status, 200);
    assert.match(text, /<tt:UTCDateTime><tt:Time><tt:Hour>\d+<\/tt:Hour>/);
  });

  it('invites Digest when there are no credentials, and accepts it', async () => {
    await start();
    const invitation = await post('');
    assert.equal(invitation.status, 401);
    assert.match(invitation.text, /ter:NotAuthorized/);
    const challenge = invitation.headers['www-authenticate'] ?? '';
    assert.match(challenge, /^Digest .*qop="auth"/);
    const accepted = await post('', information, { Authorization: digestAnswer(challenge, 'POST', device) });
    assert.equal(accepted.status, 200);
    const refused = await post('', information, { Authorization: digestAnswer(challenge, 'POST', device, 'wrong') });
    assert.equal(refused.status, 401);
  });

  it('accepts a WS-UsernameToken once, and refuses its nonce the second time', async () => {
    await start();
    const header = securityHeader({ nonce: randomBytes(16) });
    assert.equal((await post(header)).status, 200);
    const replayed = await post(header);
    assert.equal(replayed.status, 400);
    assert.match(replayed.text, /ter:NotAuthorized/);
  });

  it('refuses a wrong password, a wrong user and a password in clear', async () => {
    await start();
    const clear = securityHeader().replace('#PasswordDigest', '#PasswordText');
    for (const header of [securityHeader({ password: 'wrong' }), securityHeader({ username: 'nobody' }), clear])
      assert.equal((await post(header)).status, 400);
  });

  it('judges Created by its own clock', async () => {
    await start();
    await fault('clock-skew', { seconds: 3600 });
    assert.equal((await post(securityHeader())).status, 400);
    const created = new Date(Date.now() + 3_600_000).toISOString();
    assert.equal((await post(securityHeader({ created }))).status, 200);
  });

  it('refuses every password while reject-auth lasts', async () => {
    await start();
    await fault('reject-auth');
    assert.equal((await post(securityHeader())).status, 400);
    await fault('clear');
    assert.equal((await post(securityHeader())).status, 200);
  });

  it('can send NotAuthorized as 400 and faults with 200, as some cameras do', async () => {
    await start({ quirks: ['not-authorized-as-400'] });
    const reply = await post('');
    assert.deepEqual([reply.status, reply.headers['www-authenticate']], [400, undefined]);
    await camera.stop();
    await start({ quirks: ['faults-with-200'] });
    const faulty = await post(securityHeader({ password: 'wrong' }));
    assert.equal(faulty.status, 200);
    assert.match(faulty.text, /ter:NotAuthorized/);
  });

  it('answers what is not XML, not SOAP or not known with a fault', async () => {
    await start();
    for (const body of ['no xml at all', '<a><b></a>', '<x/>']) {
      const reply = await http(camera.httpPort, 'POST', device, body);
      assert.equal(reply.status, 400, body);
      assert.match(reply.text, /ter:WellFormed/);
    }
    const unknown = await post(securityHeader(), '<MakeCoffee/>');
    assert.equal(unknown.status, 500);
    assert.match(unknown.text, /ter:ActionNotSupported/);
    assert.equal((await http(camera.httpPort, 'POST', '/elsewhere')).status, 404);
    assert.equal((await http(camera.httpPort, 'GET', device)).status, 405);
  });

  it('gives the address of its stream for its profile, and no address for another', async () => {
    await start();
    const ask = (token: string): Promise<Reply> =>
      call(
        camera.httpPort,
        media,
        `<GetStreamUri xmlns="http://www.onvif.org/ver10/media/wsdl"><ProfileToken>${token}</ProfileToken></GetStreamUri>`,
      );
    assert.match((await ask('profile_1')).text, new RegExp(`<tt:Uri>rtsp://127.0.0.1:${camera.rtspPort}/stream</tt:Uri>`));
    assert.match((await ask('profile_9')).text, /ter:NoProfile/);
  });

  it('gives a JPEG of the present picture to who knows the password', async () => {
    await start();
    const invitation = await http(camera.httpPort, 'GET', '/snapshot.jpg');
    assert.equal(invitation.status, 401);
    const Authorization = digestAnswer(invitation.headers['www-authenticate'] ?? '', 'GET', '/snapshot.jpg');
    const { status, headers } = await http(camera.httpPort, 'GET', '/snapshot.jpg', '', { Authorization });
    assert.deepEqual([status, headers['content-type']], [200, 'image/jpeg']);
  });

  it('names the option that is wrong, without its value', () => {
    assert.throws(() => createCamera('cam-test', { httpPort: 0, rtspPort: 0, username: 'u', password: 12345 }), /cam-test: password: (?!.*12345)/);
    assert.throws(() => createCamera('cam-test', { httpPort: 0, rtspPort: 0, ...credentials, scene: 'beach' }), /scene/);
  });
});
