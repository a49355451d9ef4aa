import assert from 'node:assert/strict';
import adapter from '../../../adapters/modbus-door/index.ts';
import { profiles } from '../../../adapters/modbus-door/profile.ts';
import { doorsOf, moduleLayouts } from '../../../simulators/modbus-door/io-module.ts';
import { ModbusDoorSimulator } from '../../../simulators/modbus-door/index.ts';
import type { Connection } from '../../../src/adapter/contract.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { door, optionsFor } from './site.ts';

// Each profile of a real module against a module laid out by its maker's register map, which the simulator has from the manual, not from the profile.
for (const [name, layout] of moduleLayouts) {
  describe(`the profile ${name} on a module with that register map`, () => {
    const count = doorsOf(layout);
    let simulator: ModbusDoorSimulator;
    let host: TestHost;
    let connection: Connection;

    beforeEach(async () => {
      const doors = Array.from({ length: count }, () => ({}));
      simulator = new ModbusDoorSimulator('module', { port: 0, model: 'io-module', module: name, doors });
      await simulator.start();
      host = new TestHost(doors.map((_, index) => door(`door-${index + 1}`, { door: index + 1 })));
      connection = await adapter.connect(optionsFor(simulator.port, { profile: name }), host);
    });
    afterEach(async () => {
      host.abort();
      await connection.done;
      await simulator.stop();
    });
    const phase = (number: number, kind: 'door.open' | 'door.unlocked', wanted: 'raised' | 'restored') =>
      until(`${kind} of door ${number} ${wanted}`, () => host.of(`door-${number}`, kind).at(-1)?.phase === wanted);

    it('has as many doors as can be wired to it', () => assert.equal(profiles.get(name)?.doors, count));

    it('reads every door shut and locked, and sees each open and shut alone', async () => {
      for (const kind of ['door.open', 'door.unlocked'] as const) {
        assert.deepEqual(
          host.reported.filter((signal) => signal.kind === kind).map((signal) => signal.phase),
          Array.from({ length: count }, () => 'restored'),
        );
      }
      for (let number = 1; number <= count; number += 1) {
        const before = host.reported.length;
        await simulator.stimuli['open']?.({ door: number });
        await phase(number, 'door.open', 'raised');
        await simulator.stimuli['close']?.({ door: number });
        await phase(number, 'door.open', 'restored');
        assert.deepEqual([...new Set(host.reported.slice(before).map(({ point }) => point))], [`door-${number}`]);
      }
    });

    it('unlocks and locks each door, and lets somebody through', async () => {
      for (let number = 1; number <= count; number += 1) {
        await connection.doors?.command(`door-${number}`, 'unlock');
        await phase(number, 'door.unlocked', 'raised');
        assert.deepEqual(relays(), only(number));
        await connection.doors?.command(`door-${number}`, 'lock');
        await phase(number, 'door.unlocked', 'restored');
        assert.deepEqual(relays(), only(0));
      }
      await connection.doors?.command('door-1', 'access');
      assert.deepEqual(relays(), only(1));
    });

    it('hears the exit button, where the module has an input for it', async () => {
      await simulator.stimuli['request-exit']?.({ door: count });
      if (layout.inputsPerDoor === 2) await until('the button', () => host.of(`door-${count}`, 'door.exit-request').length > 0);
      else assert.equal(profiles.get(name)?.door?.requestToExit, undefined);
    });

    const relays = () => [...simulator.moduleOf().relays];
    const only = (number: number) => Array.from({ length: layout.relays }, (_, index) => index + 1 === number);
  });
}
