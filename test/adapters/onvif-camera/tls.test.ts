import assert from 'node:assert/strict';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { until } from '../../support/until.ts';
import { Connected, optionsFor } from './connected.ts';

describe('onvif-camera over HTTPS', function () {
  this.timeout(30_000);
  let simulator: CameraSimulator;
  let gateway: Connected;
  let fingerprint: string;

  before(async () => {
    simulator = createCamera('cam-1', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame', tls: true });
    await simulator.start();
    fingerprint = simulator.certificate?.fingerprint ?? '';
  });
  after(() => simulator.stop());
  beforeEach(() => {
    gateway = new Connected();
  });
  afterEach(async () => {
    delete process.env['TEST_CAMERA_CA'];
    await gateway.end();
  });

  const open = (more: Parameters<Connected['open']>[1]) => gateway.open({ port: simulator.httpPort }, { tls: true, timeoutMs: 5_000, ...more });

  it('believes the certificate whose fingerprint is configured, for requests, events and pictures', async () => {
    const connection = await open({ fingerprint: fingerprint.replaceAll(':', '').toLowerCase() });
    await simulator.stimuli['motion']?.({});
    await until('motion', () => gateway.phases().includes('raised'));
    await simulator.stimuli['motion']?.({ active: false });
    assert.ok(((await connection.cameras?.snapshot?.('cam-1'))?.jpeg.length ?? 0) > 100);
  });

  it('believes a certificate that the configured authority has signed for this address', async () => {
    process.env['TEST_CAMERA_CA'] = simulator.certificate?.cert;
    await open({ ca: { env: 'TEST_CAMERA_CA' } });
    assert.ok(gateway.host.isOnline);
  });

  it('tells the fingerprint to compare where nobody vouches for the certificate, and does not try again', async () => {
    await assert.rejects(
      open({}),
      (error: Error) => error instanceof ConfigurationError && error.message.includes(fingerprint) && /not trusted/.test(error.message),
    );
  });

  it('sends nothing to a device with another certificate', async () => {
    const other = createCamera('cam-1', { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame', tls: true });
    await other.start();
    const wrong = gateway.open({ port: other.httpPort }, { tls: true, timeoutMs: 5_000, fingerprint });
    await assert.rejects(wrong, (error: Error) => error instanceof ConfigurationError && /another certificate/.test(error.message));
    assert.equal(other.subscriptions, 0);
    await other.stop();
  });

  it('is lost when the camera is, as over HTTP', async () => {
    const connection = await open({ fingerprint });
    await simulator.faults['drop']?.({});
    await assert.rejects(connection.done, /cannot be reached/);
    await simulator.faults['clear']?.({});
  });

  it('asks for a fingerprint or an authority with tls alone, and for one of them', () => {
    assert.throws(() => optionsFor({ port: 1 }, { fingerprint }), /needs tls: true/);
    assert.throws(() => optionsFor({ port: 1 }, { tls: true, fingerprint, ca: { env: 'X' } }), /one of them/);
    assert.throws(() => optionsFor({ port: 1 }, { tls: true, fingerprint: 'AB:CD' }), /32 bytes/);
  });
});
