import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import adapter from '../../adapters/modbus-door/index.ts';
import type { Connection, ServedPoint } from '../../src/adapter/contract.ts';
import { door, optionsFor } from '../adapters/modbus-door/site.ts';
import { TestHost } from '../support/adapter-host.ts';
import { until } from '../support/until.ts';
import { Peer, peerFile } from './modbus-peer.ts';
import { run, works } from './peers/peer.ts';

// Servers that neither our adapter nor our simulator shares code with.

const doorOf = (unit: number) =>
  door(`door-${unit}`, {
    unit,
    contact: { discreteInput: 0 },
    lock: { coil: 4 },
    tamper: { holdingRegister: 7, bit: 1 },
    fault: { inputRegister: 9 },
    commands: { unlock: { coil: 4, value: 1 }, lock: { coil: 4, value: 0 }, access: { holdingRegister: 8, value: 500 } },
  });

/** Connects, sees changes of all four tables, sends commands, and leaves. */
async function exercise(peer: Peer, options: Record<string, unknown>, points: readonly ServedPoint[]): Promise<void> {
  const port = Number(await peer.announced('PORT'));
  await peer.ask('set 1 h 7 2');
  const host = new TestHost(points);
  const connection: Connection = await adapter.connect(optionsFor(port, options), host);
  try {
    const said = () => host.reported.filter(({ kind }) => kind !== 'device.offline').map(({ point, kind, phase }) => `${point} ${kind} ${phase}`);
    assert.deepEqual(said().slice(0, 4), [
      'door-1 door.unlocked restored',
      'door-1 door.open restored',
      'door-1 door.tamper raised',
      'door-1 door.fault restored',
    ]);
    await peer.ask('set 1 d 0 1');
    await peer.ask('set 1 h 7 1');
    await peer.ask('set 1 i 9 3');
    await until('the changes', () => ['open raised', 'tamper restored', 'fault raised'].every((change) => said().includes(`door-1 door.${change}`)));
    await connection.doors?.command('door-1', 'unlock');
    assert.equal(await peer.ask('get 1 c 4'), 1);
    await until('the lock', () => said().includes('door-1 door.unlocked raised'));
    await connection.doors?.command('door-1', 'lock');
    assert.equal(await peer.ask('get 1 c 4'), 0);
    await connection.doors?.command('door-1', 'access');
    assert.equal(await peer.ask('get 1 h 8'), 500);
    assert.deepEqual(host.malformedFrames, []);
    if (points.length === 1) return;
    await peer.ask('set 2 d 0 1');
    await until('the other unit', () => said().includes('door-2 door.open raised'));
    await until('the unit that is not there', () => host.of('door-9', 'device.offline').some(({ phase }) => phase === 'raised'));
    assert.match(host.onlineDetail ?? '', /^2 of 3 units answer/);
  } finally {
    host.abort();
    await connection.done.catch(() => undefined);
  }
}

describe('the Modbus door adapter, with servers of others', () => {
  let peer: Peer | undefined;
  let folder: string | undefined;

  afterEach(async () => {
    await peer?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
    peer = undefined;
    folder = undefined;
  });

  for (const [framing, transport] of [
    ['socket', 'tcp'],
    ['rtu', 'rtu-over-tcp'],
  ] as const) {
    it(`reads and commands two units of pymodbus, and does without a third (${transport})`, async function () {
      if (!works('/usr/bin/python3', ['-c', 'import pymodbus'])) {
        console.log('      skipped: python3-pymodbus is not installed');
        this.skip();
      }
      peer = new Peer('/usr/bin/python3', [peerFile('modbus_pymodbus.py'), framing]);
      await exercise(peer, { transport, timeoutMs: 300 }, [doorOf(1), doorOf(2), doorOf(9)]);
    });
  }

  it('reads and commands libmodbus', async function () {
    if (!works('gcc', ['--version'])) {
      console.log('      skipped: gcc is not installed');
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'sallyport-libmodbus-'));
    const program = join(folder, 'server');
    const { code, output } = await run('gcc', ['-o', program, peerFile('modbus_libmodbus.c'), '-lmodbus']);
    if (code !== 0 && /modbus\.h|-lmodbus/.test(output)) {
      console.log('      skipped: libmodbus-dev is not installed');
      this.skip();
    }
    assert.equal(code, 0, output);
    peer = new Peer(program, []);
    await exercise(peer, {}, [doorOf(1)]);
  });
});
