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
      presets: ['Gate'],
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
      cameras: [{ id: 'cam-1', name: 'Camera', area: 'hall', device: 'dev', covers: ['door-1'], at: {} }],
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
    assert.deepEqual(await (await api('/cameras/cam-1/presets')).json(), { presets: [{ token: '1', name: 'Gate' }] });
    assert.equal((await api('/cameras/cam-1/preset', { preset: 'Gate' })).status, 200);
    const refused = await api('/cameras/cam-1/preset', { preset: 'Roof' });
    assert.equal(refused.status, 502);
    assert.match(await refused.text(), /Camera: there is no preset \\"Roof\\"/);
    assert.equal((await api('/cameras/cam-1/relay', { relay: 'relay_1', active: true })).status, 200);
    assert.equal(simulator.relays.get('relay_1'), true);
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
  });
});
