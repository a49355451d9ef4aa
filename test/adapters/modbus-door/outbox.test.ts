import assert from 'node:assert/strict';
import { Outbox } from '../../../adapters/modbus-door/outbox.ts';
import type { DeviceSignal } from '../../../src/domain/event.ts';
import { TestHost } from '../../support/adapter-host.ts';

const signal = (point: string): DeviceSignal => ({ kind: 'door.open', point, phase: 'raised' });

describe("the Modbus door adapter's outbox", () => {
  it('delivers in order and calls a signal accepted when the journal has taken it', async () => {
    const host = new TestHost([]);
    const outbox = new Outbox(host);
    const accepted: number[] = [];
    for (const point of ['a', 'b']) outbox.add(signal(point), () => accepted.push(host.reported.length));
    await outbox.deliver();
    assert.deepEqual([host.reported.map(({ point }) => point), accepted, outbox.isEmpty], [['a', 'b'], [1, 2], true]);
  });

  it('begins again with the signal that the journal refused', async () => {
    const host = new TestHost([]);
    const outbox = new Outbox(host);
    let tries = 0;
    const { report } = host;
    host.report = (each) => {
      tries += 1;
      return tries === 2 ? Promise.reject(new Error('the disk is full')) : report(each);
    };
    for (const point of ['a', 'b', 'c']) outbox.add(signal(point));
    await outbox.deliver();
    assert.deepEqual([host.reported.map(({ point }) => point), outbox.isEmpty], [['a'], false]);
    await outbox.deliver();
    assert.deepEqual([host.reported.map(({ point }) => point), outbox.isEmpty], [['a', 'b', 'c'], true]);
  });

  it('gives the link up rather than grow without end', () => {
    const outbox = new Outbox(new TestHost([]));
    assert.throws(() => {
      for (let i = 0; i <= 20_000; i += 1) outbox.add(signal('a'));
    }, /20000 signals wait for the journal/);
  });
});
