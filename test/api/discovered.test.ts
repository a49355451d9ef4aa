import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DeviceTest, Discovery } from '../../src/desk/integrator-schemas.ts';
import { startGateway } from '../../src/main.ts';
import type { Gateway } from '../../src/main.ts';
import { createCamera } from '../../simulators/onvif-camera/index.ts';

const HOST = '127.0.0.74';
const PASSWORD = 'open sesame of a camera';

describe('a device that was discovered and is not in the site', function () {
  this.timeout(120_000);
  let folder: string;
  let gateway: Gateway;
  let token: string;
  const logged: string[] = [];
  const doors = [{ token: 'Door-1', reader: 'AccessPoint-1' }];
  const camera = createCamera('annex', {
    host: HOST,
    httpPort: 0,
    rtspPort: 0,
    username: 'u',
    password: PASSWORD,
    scene: 'lobby',
    discovery: true,
    doors,
  });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-discovered-'));
    writeFileSync(join(folder, 'site.yaml'), 'site: { id: test, name: Test }\n');
    const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
    await camera.start();
    gateway = await startGateway({ siteFile: join(folder, 'site.yaml'), dataFolder: folder, log, port: 0 });
    token = gateway.accounts.createToken('integrator', 'integrator');
  });
  after(async () => {
    await gateway.close();
    await camera.stop();
    rmSync(folder, { recursive: true });
  });

  const post = (path: string, body: unknown) =>
    fetch(`${gateway.url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const ask = async <T>(path: string, body: unknown): Promise<T> => {
    const response = await post(path, body);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.equal(text.includes(PASSWORD), false);
    return JSON.parse(text) as T;
  };
  const account = { username: 'u', password: PASSWORD };
  const search = async (more: object) => {
    const request = { interface: '127.0.0.1', adapters: ['onvif-camera'], host: HOST, seconds: 2, ...more };
    const { devices, fragment } = await ask<Discovery>('/discover', request);
    // Cameras of a lab that runs on the same machine answer as well.
    const id = devices.find((device) => device.id.startsWith('onvif-127-0-0-74'))?.id ?? assert.fail(JSON.stringify(devices));
    return { id, fragment };
  };
  const result = ({ steps }: DeviceTest, step: string) => steps.find((each) => each.step === step);

  it('tells its doors to a search with an account', async () => {
    assert.match((await search({ account })).fragment, /token: Door-1/);
    assert.doesNotMatch((await search({})).fragment, /token: Door-1/);
  });

  it('is tested with an account: connected, read, and shown by a frame of its video', async () => {
    const { id } = await search({ account });
    const test = await ask<DeviceTest>('/discover/test', { adapter: 'onvif-camera', id, account });
    assert.equal(test.passed, true, JSON.stringify(test.steps));
    assert.equal(result(test, 'Connect')?.result, 'good');
    assert.match(result(test, 'Read')?.text ?? '', /the states of its \d points were read/);
    const [picture] = test.pictures;
    assert.equal(picture?.from, 'video');
    assert.equal(Buffer.from(picture.jpeg, 'base64').readUInt16BE(0), 0xffd8);
  });

  it('fails saying why without an account, and with a wrong one', async () => {
    const { id } = await search({});
    const without = await ask<DeviceTest>('/discover/test', { adapter: 'onvif-camera', id });
    assert.match(result(without, 'Connect')?.text ?? '', /enter an account/);
    const wrong = await ask<DeviceTest>('/discover/test', {
      adapter: 'onvif-camera',
      id,
      account: { username: 'u', password: `not ${PASSWORD.slice(1)}` },
    });
    assert.match(result(wrong, 'Connect')?.text ?? '', /refuses user name "u" or its password/);
    assert.equal(wrong.passed, false);
  });

  it('is known by the last search alone', async () => {
    const response = await post('/discover/test', { adapter: 'onvif-camera', id: 'onvif-127-0-0-1', account });
    assert.equal(response.status, 404);
    assert.match(await response.text(), /search again/);
  });

  it('leaves no password in the log or in anything that is kept', () => {
    const kept = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(kept.some(({ name }) => name === 'sallyport.db'));
    for (const { parentPath, name } of kept) assert.equal(readFileSync(join(parentPath, name)).includes(PASSWORD), false, name);
    assert.ok(logged.length > 0);
    assert.equal(logged.join('').includes(PASSWORD), false);
  });
});
