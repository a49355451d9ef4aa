import assert from 'node:assert/strict';
import adapter from '../../adapters/modbus-door/index.ts';
import { ModbusDoorSimulator } from '../../simulators/modbus-door/index.ts';
import { door } from '../adapters/modbus-door/site.ts';
import { options } from '../../adapters/modbus-door/options.ts';
import { TestHost } from '../support/adapter-host.ts';
import { until } from '../support/until.ts';
import { Peer, peerFile } from './modbus-peer.ts';
import { run, works } from './peers/peer.ts';

const units = [
  { unit: 1, badges: [{ credential: 1001, doors: [1] }] },
  { unit: 7, model: 'io-module' },
];

/** The values that mbpoll printed, by address. */
function valuesIn(output: string): Record<string, string> {
  return Object.fromEntries([...output.matchAll(/^\[(\d+)\]:\s+(\S+)/gm)].map(([, address = '', value = '']) => [address, value]));
}

describe('the simulated Modbus line, with mbpoll (libmodbus) as its client', function () {
  let simulator: ModbusDoorSimulator;

  before(function () {
    if (works('mbpoll', ['-V'])) return;
    console.log('    skipped: mbpoll is not installed');
    this.skip();
  });

  afterEach(() => simulator.stop());

  const begin = async (more: Record<string, unknown> = {}) => {
    simulator = new ModbusDoorSimulator('line', { port: 0, units, ...more });
    await simulator.start();
  };
  const onTcp = (...args: string[]) => run('mbpoll', ['-0', '-1', '-p', String(simulator.port), ...args]);

  it('gives all four tables of two units', async () => {
    await begin();
    await simulator.stimuli.force!({ door: 1 });
    await simulator.stimuli.open!({ door: 2, unit: 7 });
    const inputs = await onTcp('-a', '1', '-t', '1', '-r', '0', '-c', '8', '127.0.0.1');
    assert.deepEqual(Object.values(valuesIn(inputs.output)), ['1', '0', '0', '1', '0', '0', '0', '0'], inputs.output);
    assert.deepEqual(valuesIn((await onTcp('-a', '1', '-t', '3:hex', '-r', '0', '-c', '1', '127.0.0.1')).output), { 0: '0xD0C2' });
    assert.deepEqual(valuesIn((await onTcp('-a', '1', '-t', '4', '-r', '0', '-c', '2', '127.0.0.1')).output), { 0: '1', 1: '5000' });
    const module = await onTcp('-a', '7', '-t', '0', '-r', '0', '-c', '8', '127.0.0.1');
    assert.deepEqual(Object.values(valuesIn(module.output)), ['0', '0', '1', '0', '0', '0', '0', '0']);
  });

  it('takes what is written to registers and relays', async () => {
    await begin();
    assert.equal((await onTcp('-a', '1', '-t', '4', '-r', '0', '127.0.0.1', '2')).code, 0);
    assert.equal(simulator.controller.doors[0]?.mode, 'unlocked');
    assert.equal((await onTcp('-a', '7', '-t', '0', '-r', '16', '127.0.0.1', '1')).code, 0);
    assert.deepEqual(valuesIn((await onTcp('-a', '7', '-t', '0', '-r', '16', '-c', '2', '127.0.0.1')).output), { 16: '1', 17: '0' });
  });

  it('refuses an address that it does not have, and is silent for a unit that it does not have', async () => {
    await begin();
    assert.match((await onTcp('-a', '1', '-t', '3', '-r', '100', '127.0.0.1')).output, /Illegal data address/);
    assert.match((await onTcp('-a', '9', '-o', '0.2', '-t', '3', '-r', '0', '127.0.0.1')).output, /timed out/i);
  });

  it('says as a gateway that a unit does not answer', async () => {
    await begin({ quirks: ['silent-unit-by-exception'] });
    assert.match((await onTcp('-a', '9', '-t', '3', '-r', '0', '127.0.0.1')).output, /Target device failed to respond/);
  });

  describe('on a serial line in software', () => {
    let line: Peer;

    const path = async () => {
      await begin({ framing: 'rtu' });
      line = new Peer('/usr/bin/python3', [peerFile('serial_line.py'), '127.0.0.1', String(simulator.port)]);
      return line.announced('PATH');
    };

    before(function () {
      if (process.platform === 'linux' && works('/usr/bin/python3', ['--version'])) return;
      console.log('      skipped: needs Linux and /usr/bin/python3');
      this.skip();
    });

    afterEach(() => line.stop());

    it('understands the frames of libmodbus, and is understood', async () => {
      const serial = ['-0', '-1', '-m', 'rtu', '-b', '9600', '-P', 'none', await path()];
      await simulator.stimuli.open!({ door: 1 });
      const inputs = await run('mbpoll', [...serial, '-a', '1', '-t', '1', '-r', '0', '-c', '3']);
      assert.deepEqual(Object.values(valuesIn(inputs.output)), ['1', '0', '0'], inputs.output);
      assert.equal((await run('mbpoll', [...serial, '-a', '7', '-t', '0', '-r', '17', '1'])).code, 0);
    });

    it('serves the adapter with the package "serialport"', async () => {
      const host = new TestHost([door('door-a', { door: 1 }), door('door-b', { unit: 7, door: 2 })]);
      const settings = { transport: 'serial', path: await path(), baudRate: 115_200, parity: 'none', pollMs: 20, profile: 'sallyport-d4' };
      const connection = await adapter.connect(options.parse({ ...settings, units: [{ unit: 7, profile: 'adam-6052' }] }), host);
      await simulator.stimuli.force!({ door: 1 });
      await until('the forced door', () => host.of('door-a', 'door.forced').some(({ phase }) => phase === 'raised'));
      await connection.doors?.command('door-b', 'unlock');
      await until('the lock', () => host.of('door-b', 'door.unlocked').some(({ phase }) => phase === 'raised'));
      assert.match(host.onlineDetail ?? '', /^2 of 2 units answer/);
      host.abort();
      await connection.done;
    });
  });
});
