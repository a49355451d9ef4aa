import assert from 'node:assert/strict';
import adapter from '../../../adapters/modbus-door/index.ts';
import { ModbusDoorSimulator } from '../../../simulators/modbus-door/index.ts';
import type { Connection } from '../../../src/adapter/contract.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { door, optionsFor } from './site.ts';

const points = [
  door('door-1', { unit: 1, door: 1 }),
  door('door-2', { unit: 2, door: 2, without: ['forced'] }),
  door('door-7', { unit: 7, door: 1, commands: {} }),
];
const units = [{ unit: 1 }, { unit: 2 }, { unit: 7, model: 'io-module' }];

for (const [transport, framing] of [
  ['tcp', 'tcp'],
  ['rtu-over-tcp', 'rtu'],
] as const) {
  describe(`the Modbus door adapter on a line of three simulated units (${transport})`, () => {
    let simulator: ModbusDoorSimulator;
    let host: TestHost;
    let connection: Connection;

    const begin = async (more: Record<string, unknown> = {}, fault?: { name: string; unit: number }) => {
      simulator = new ModbusDoorSimulator('line', { port: 0, framing, units, ...more });
      await simulator.start();
      if (fault !== undefined) await simulator.faults[fault.name]!({ unit: fault.unit });
      host = new TestHost(points);
      const options = { transport, profile: 'sallyport-d4', units: [{ unit: 7, profile: 'adam-6052' }], timeoutMs: 150 };
      connection = await adapter.connect(optionsFor(simulator.port, options), host);
      connection.done.catch(() => undefined);
    };
    const isOffline = (point: string, phase: string) => () =>
      host.of(point, 'device.offline').some((each) => each.phase === phase && each.initial !== true);
    const isOpen = (point: string) => () => host.of(point, 'door.open').at(-1)?.phase === 'raised';

    afterEach(async () => {
      host.abort();
      await connection.done.catch(() => undefined);
      await simulator.stop();
    });

    it('reads units of different kinds and commands each', async () => {
      await begin();
      await simulator.stimuli.open!({ unit: 7, door: 1 });
      await simulator.stimuli.open!({ unit: 2, door: 2 });
      await until('both doors', () => isOpen('door-7')() && isOpen('door-2')());
      await connection.doors!.command('door-7', 'unlock');
      await connection.doors!.command('door-2', 'unlock');
      assert.equal(simulator.controllerOf(2).doors[1]?.mode, 'unlocked');
      await until('the relay', () => host.of('door-7', 'door.unlocked').at(-1)?.phase === 'raised');
    });

    for (const quirks of [[], ['silent-unit-by-exception']]) {
      it(`goes on without a unit that dies, and with it when it is back (${quirks.join() || 'no quirks'})`, async () => {
        await begin({ quirks });
        await simulator.faults.stall!({ unit: 2 });
        await until('the dead unit', isOffline('door-2', 'raised'));
        await simulator.stimuli.open!({ unit: 7, door: 1 });
        await until('the other door', isOpen('door-7'));
        await assert.rejects(connection.doors!.command('door-2', 'unlock'), /was not confirmed: .*(did not answer|failed to respond)/);
        await simulator.stimuli.open!({ unit: 2, door: 2 });
        await simulator.faults.clear!({ unit: 2 });
        await until('the unit', isOffline('door-2', 'restored'));
        await until('its door', isOpen('door-2'));
        assert.equal(host.onlineDetail?.startsWith('3 of 3 units answer'), true);
      });
    }

    it('goes online without a unit that is dead from the start', async () => {
      await begin({}, { name: 'stall', unit: 7 });
      assert.match(host.onlineDetail ?? '', /^2 of 3 units answer/);
      await until('the dead unit', isOffline('door-7', 'raised'));
    });

    it('calls a unit offline whose register map does not fit, and reads the others', async () => {
      await begin({ units: [{ unit: 1 }, { unit: 2 }, { unit: 7, doors: [{}] }] });
      await until('the unit', isOffline('door-7', 'raised'));
      assert.match(String(host.of('door-7', 'device.offline').at(-1)?.details?.reason), /door-7: .* does not have this .*exception 2/);
    });

    it('ends when the line is cut', async () => {
      await begin();
      await simulator.faults.drop!({});
      await assert.rejects(connection.done);
    });
  });
}

describe('a serial line with noise', () => {
  it('is read on: garbled and cut answers are kept, counted as silence and never reported', async () => {
    const simulator = new ModbusDoorSimulator('line', { port: 0, framing: 'rtu', units });
    await simulator.start();
    const host = new TestHost(points.slice(0, 2));
    const connection = await adapter.connect(
      optionsFor(simulator.port, { transport: 'rtu-over-tcp', profile: 'sallyport-d4', timeoutMs: 100 }),
      host,
    );
    for (const fault of ['garble', 'truncate']) {
      const before = host.malformedFrames.length;
      await simulator.faults[fault]!({ unit: 2 });
      await until(fault, () => host.malformedFrames.length > before);
      await simulator.faults.clear!({});
    }
    assert.equal(
      host.reported.every(({ initial, kind }) => initial === true || kind === 'device.offline'),
      true,
    );
    host.abort();
    await connection.done;
    await simulator.stop();
  });
});
