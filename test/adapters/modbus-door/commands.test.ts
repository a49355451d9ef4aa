import assert from 'node:assert/strict';
import adapter from '../../../adapters/modbus-door/index.ts';
import type { Connection } from '../../../src/adapter/contract.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { until } from '../../support/until.ts';
import { ScriptedPeer, device, exception } from './scripted-peer.ts';
import { door, optionsFor } from './site.ts';

/** A relay on coil 4 that nobody but the gateway switches off. */
const relay = door('door-shed', {
  contact: { discreteInput: 0 },
  commands: { access: { coil: 4, value: 1, endValue: 0 }, unlock: { coil: 4, value: 1 }, lock: { coil: 4, value: 0 } },
});
const PULSE_MS = 3000;

describe('the momentary release of a door whose controller does not end it', () => {
  let peer: ScriptedPeer;
  let clock: ManualClock;
  let host: TestHost;
  let connection: Connection;

  const link = async () => {
    clock = new ManualClock();
    host = new TestHost([relay], clock);
    // One round of reading in the whole test, so that the clock moves for the pulse alone.
    connection = await adapter.connect(optionsFor(peer.port, { pulseMs: PULSE_MS, pollMs: 60_000 }), host);
    connection.done.catch(() => undefined);
  };
  const command = (name: 'lock' | 'unlock' | 'access') => connection.doors!.command('door-shed', name);
  const written = () => peer.asked.filter(({ code }) => code === 5).map(({ argument }) => (argument === 0xff00 ? 'on' : 'off'));
  const idle = () => until('the end of what is in flight', () => clock.waiting === 1);

  beforeEach(async () => {
    peer = new ScriptedPeer(device());
    await peer.start();
    await link();
  });

  afterEach(async () => {
    host.abort();
    await connection.done.catch(() => undefined);
    await peer.stop();
  });

  it('is ended by the gateway after its time', async () => {
    await command('access');
    clock.advance(PULSE_MS - 1);
    assert.deepEqual(written(), ['on']);
    clock.advance(1);
    await until('the end of the release', () => written().length === 2);
    assert.deepEqual(written(), ['on', 'off']);
    await idle();
  });

  it('lasts its whole time again when it is commanded again', async () => {
    await command('access');
    clock.advance(PULSE_MS - 1);
    await command('access');
    clock.advance(PULSE_MS - 1);
    assert.deepEqual(written(), ['on', 'on']);
    clock.advance(1);
    await until('the end of the release', () => written().length === 3);
    await idle();
  });

  it('is overridden by a command to unlock for good', async () => {
    await command('access');
    await command('unlock');
    clock.advance(2 * PULSE_MS);
    await command('lock');
    assert.deepEqual(written(), ['on', 'on', 'off']);
  });

  it('ends when the command that was to override it is refused', async () => {
    await command('access');
    peer.script = (asked) => (asked.code === 5 && asked.argument !== 0 ? exception(asked, 6) : device()(asked));
    await assert.rejects(command('unlock'), /busy/);
    await until('the end of the release', () => written().length === 3);
    assert.deepEqual(written(), ['on', 'on', 'off']);
    await idle();
  });

  it('leaves nothing to be ended when it was refused itself', async () => {
    peer.script = (asked) => (asked.code === 5 ? exception(asked, 6) : device()(asked));
    await assert.rejects(command('access'), /busy/);
    host.abort();
    await connection.done;
    assert.deepEqual(written(), ['on']);
  });

  it('is ended first of all by the next connection when the line failed in the middle of it', async () => {
    await command('access');
    for (const socket of peer.sockets) socket.resetAndDestroy();
    await assert.rejects(connection.done);
    assert.equal(clock.waiting, 0);
    const before = peer.asked.length;
    await link();
    assert.deepEqual([peer.asked[before]?.code, peer.asked[before]?.argument], [5, 0]);
    assert.deepEqual(written(), ['on', 'off']);
  });

  it('is ended by the next connection, too, when its confirmation never came', async () => {
    peer.script = (asked) => (asked.code === 5 ? undefined : device()(asked));
    const commanded = command('access');
    await until('the command', () => written().length === 1);
    clock.advance(2000);
    await assert.rejects(commanded, /"access" was not confirmed: .* did not answer within 2000 ms/);
    peer.script = device();
    await link();
    assert.deepEqual(written(), ['on', 'off']);
  });

  it('is ended before the gateway stops', async () => {
    await command('access');
    host.abort();
    await connection.done;
    assert.deepEqual(written(), ['on', 'off']);
    assert.equal(clock.waiting, 0);
  });
});
