import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import adapter from '../../../adapters/onvif-camera/index.ts';
import { ConfigurationError } from '../../../src/adapter/contract.ts';
import { createCamera } from '../../../simulators/onvif-camera/index.ts';
import type { CameraSimulator } from '../../../simulators/onvif-camera/index.ts';
import { until } from '../../support/until.ts';
import { Connected } from './connected.ts';

const usual = { httpPort: 0, rtspPort: 0, username: 'sallyport', password: 'open sesame' };

describe('onvif-camera with the simulated camera', function () {
  this.timeout(60_000);
  let simulator: CameraSimulator;
  let gateway: Connected;

  const begin = async (options: object = {}) => {
    simulator = createCamera('cam-1', { ...usual, ...options });
    await simulator.start();
    gateway = new Connected();
  };
  const open = () => gateway.open({ port: simulator.httpPort }, { timeoutMs: 2_000, pullSeconds: 5 });

  afterEach(async () => {
    await gateway.end();
    await simulator.stop();
  });

  it('reads its states, reports what it sees and leaves no subscription behind', async () => {
    await begin();
    const connection = await open();
    assert.equal((await connection.cameras?.stream('cam-1'))?.uri.startsWith(`rtsp://127.0.0.1:${simulator.rtspPort}/`), true);
    assert.deepEqual(
      [gateway.phases(), gateway.phases('video.tamper'), gateway.phases('video.lost')],
      [['(restored)'], ['(restored)'], ['(restored)']],
    );
    for (const [stimulus, kind] of [
      ['motion', 'video.motion'],
      ['tamper', 'video.tamper'],
      ['signal-loss', 'video.lost'],
    ] as const) {
      await simulator.stimuli[stimulus]?.({});
      await until(kind, () => gateway.phases(kind).length === 2);
      await simulator.stimuli[stimulus]?.({ active: false });
      await until(kind, () => gateway.phases(kind).length === 3);
      assert.deepEqual(gateway.phases(kind), ['(restored)', 'raised', 'restored']);
    }
    assert.equal(simulator.subscriptions, 1);
    await gateway.end();
    assert.equal(simulator.subscriptions, 0);
    assert.deepEqual(gateway.host.malformedFrames, []);
  });

  for (const quirk of ['not-authorized-as-400', 'faults-with-200', 'only-basic-authentication']) {
    it(`gets along with ${quirk}, and knows a wrong password from others`, async () => {
      await begin({ quirks: [quirk] });
      await open();
      assert.ok(gateway.host.isOnline);
      await simulator.faults['subscription-lost']?.({});
      await simulator.stimuli['motion']?.({});
      await until('motion', () => gateway.phases().includes('raised'));
      await gateway.end();
      await simulator.stop();
      await begin({ quirks: [quirk], password: 'another' });
      await assert.rejects(open(), ConfigurationError);
    });
  }

  for (const fault of ['subscription-lost', 'truncate', 'garble', 'reset']) {
    it(`goes on reporting after ${fault}`, async () => {
      await begin();
      const connection = await open();
      let lost = false;
      connection.done.catch(() => (lost = true));
      await simulator.faults[fault]?.({});
      await simulator.stimuli['motion']?.({});
      await simulator.faults['clear']?.({});
      await until('motion, or the end of the link', () => lost || gateway.phases().includes('raised'));
      // Whoever loses the link connects again and reads the states.
      if (lost) {
        await open();
        assert.ok(gateway.phases().includes('(raised)'));
      }
    });
  }

  for (const [fault, reason] of [
    ['drop', /cannot be reached/],
    ['stall', /did not answer/],
  ] as const) {
    it(`gives the link up after ${fault}`, async () => {
      await begin();
      const connection = await open();
      await simulator.faults[fault]?.({});
      await assert.rejects(connection.done, reason);
      await simulator.faults['clear']?.({});
    });
  }

  it('finds a clock that is an hour off, and is let in all the same', async () => {
    await begin();
    await simulator.faults['clock-skew']?.({ seconds: 3_600 });
    await open();
    const [signal] = gateway.host.of('device', 'device.clock');
    assert.equal(signal?.phase, 'raised');
    await simulator.stimuli['motion']?.({});
    const event = await until('motion', () => gateway.host.of('cam-1', 'video.motion').find(({ phase }) => phase === 'raised'));
    assert.ok(Math.abs((event.clockOffsetMs ?? 0) - 3_600_000) < 2_000);
    assert.ok(Math.abs((event.occurredAt ?? 0) - (event.clockOffsetMs ?? 0) - Date.now()) < 60_000);
  });
});

describe('onvif-camera: the example of its README', () => {
  it('is valid', () => {
    const readme = readFileSync(new URL('../../../adapters/onvif-camera/README.md', import.meta.url), 'utf8');
    const example = parse(/```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '') as { devices: Record<string, unknown>[]; cameras: { at: unknown }[] };
    for (const { id, name, adapter: used, ...options } of example.devices) {
      assert.ok(id !== undefined && name !== undefined && used === adapter.name);
      adapter.options.parse(options);
    }
    for (const { at } of example.cameras) adapter.points.camera?.parse(at);
  });
});
