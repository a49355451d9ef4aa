import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { startGateway } from '../../src/main.ts';
import type { Gateway } from '../../src/main.ts';
import { createCamera } from '../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../simulators/onvif-camera/index.ts';
import { until } from '../support/until.ts';

const WAIT_MS = 40_000;

describe('a simulated ONVIF access controller with a camera, through the whole gateway', function () {
  this.timeout(180_000);
  let folder: string;
  let simulator: CameraSimulator;
  let gateway: Gateway;
  let headers: Record<string, string>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-onvif-'));
    simulator = createCamera('cam-1', {
      httpPort: 0,
      rtspPort: 0,
      username: 'sallyport',
      password: 'open sesame',
      presets: ['Gate', 'Door'],
      recordings: [{ token: 'card', source: 'Input 1' }],
      relays: ['relay_1'],
      doors: [{ token: 'door_1', reader: 'reader_1' }],
    });
    await simulator.start();
    writeFileSync(join(folder, 'password'), 'open sesame');
    const device = { host: '127.0.0.1', port: simulator.httpPort, username: 'sallyport', password: { file: 'password' } };
    const site = {
      site: { id: 'test', name: 'Test' },
      rules: [resolve(import.meta.dirname, '../../config/rules/doors.yaml')],
      areas: [{ id: 'hall', name: 'Hall' }],
      devices: [{ id: 'dev', name: 'Device', adapter: 'onvif-camera', ...device }],
      doors: [{ id: 'door-1', name: 'Door', area: 'hall', device: 'dev', at: { token: 'door_1' } }],
      readers: [{ id: 'reader-1', name: 'Reader', door: 'door-1', device: 'dev', at: { token: 'reader_1' } }],
      cameras: [
        {
          id: 'cam-1',
          name: 'Camera',
          area: 'hall',
          device: 'dev',
          covers: [{ point: 'door-1', preset: 'Door' }],
          recorder: { device: 'dev' },
          at: {},
        },
      ],
    };
    writeFileSync(join(folder, 'site.yaml'), stringify(site));
    gateway = await startGateway({ siteFile: join(folder, 'site.yaml'), dataFolder: folder, log: pino({ level: 'silent' }), port: 0 });
    headers = { authorization: `Bearer ${gateway.accounts.createToken('test', 'dispatcher')}`, 'content-type': 'application/json' };
    const online = async () => ((await (await api('/devices')).json()) as { devices: { state: string }[] }).devices[0]?.state === 'online';
    await until('the device', online, WAIT_MS);
  });
  after(async () => {
    await gateway.close();
    await simulator.stop();
    rmSync(folder, { recursive: true });
  });

  const api = (path: string, body?: unknown) =>
    fetch(`${gateway.url}/api/v1${path}`, { headers, ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }) });
  const isJpeg = async (response: Response) => {
    assert.equal(response.status, 200, await response.clone().text());
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual([...new Uint8Array(await response.arrayBuffer()).subarray(0, 2)], [0xff, 0xd8]);
  };

  it('gives a picture that the camera makes now', async () => {
    await isJpeg(await api('/cameras/cam-1/snapshot.jpg'));
    assert.equal((await api('/cameras/cam-9/snapshot.jpg')).status, 404);
  });

  it('turns the camera to a preset and switches a relay, and says why not', async () => {
    assert.deepEqual(await (await api('/cameras/cam-1/presets')).json(), {
      presets: [
        { token: '1', name: 'Gate' },
        { token: '2', name: 'Door' },
      ],
    });
    assert.equal((await api('/cameras/cam-1/preset', { preset: 'Gate' })).status, 200);
    const refused = await api('/cameras/cam-1/preset', { preset: 'Roof' });
    assert.equal(refused.status, 502);
    assert.match(await refused.text(), /Camera: there is no preset \\"Roof\\"/);
    assert.equal((await api('/cameras/cam-1/relay', { relay: 'relay_1', active: true })).status, 200);
    assert.equal(simulator.relays.get('relay_1'), true);
  });

  it('is steered by one dispatcher at a time, and stops when nobody says that the key is still down', async () => {
    const steer = (order: object) => api('/cameras/cam-1/ptz', { order });
    await until('the preset is reached', () => simulator.position.pan === 0.1, WAIT_MS);
    assert.equal((await steer({ action: 'move', pan: 1 })).status, 200);
    await until('it turns', () => simulator.position.pan > 0.15, WAIT_MS);
    const about = (await (await api('/cameras/cam-1/ptz')).json()) as { turns: boolean; holder: { by: string } };
    assert.deepEqual([about.turns, about.holder.by], [true, 'token test']);
    const colleague = { ...headers, authorization: `Bearer ${gateway.accounts.createToken('ben', 'dispatcher')}` };
    const body = JSON.stringify({ order: { action: 'home' } });
    const refused = await fetch(`${gateway.url}/api/v1/cameras/cam-1/ptz`, { method: 'POST', headers: colleague, body });
    assert.equal(refused.status, 409);
    assert.match(await refused.text(), /Camera: token test has steered it for \d+ s; free in \d+ s, unless token test goes on/);
    await until(
      'it has stopped',
      async () => !((await (await api('/cameras/cam-1/ptz')).json()) as { status: { moving: boolean } }).status.moving,
      WAIT_MS,
    );
    assert.equal((await steer({ action: 'release' })).status, 200);
  });

  it('exports from the recorder what is not in memory', async () => {
    const clip = await api(`/cameras/cam-1/clip.mp4?from=${Date.now() - 130_000}&to=${Date.now() - 120_000}`);
    assert.equal(clip.status, 200, await clip.clone().text());
    assert.ok((await clip.arrayBuffer()).byteLength > 50_000);
  });

  it('commands a door, and keeps the picture of the moment in which it is forced', async () => {
    assert.equal((await api('/doors/door-1/commands', { command: 'lock' })).status, 200);
    await simulator.stimuli['force']?.({});
    const incident = await until(
      'the incident',
      async () => ((await (await api('/incidents')).json()) as { incidents: { id: string; kind: string }[] }).incidents[0],
      WAIT_MS,
    );
    const picture = `/incidents/${incident.id}/snapshot/cam-1.jpg`;
    await until('its picture', async () => (await api(picture)).status === 200, WAIT_MS);
    await isJpeg(await api(picture));
    await until('the camera looks at the door', () => simulator.position.pan === 0.2, WAIT_MS);
  });
});
