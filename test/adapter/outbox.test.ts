import assert from 'node:assert/strict';
import { pino } from 'pino';
import { Outbox, OUTBOX_CAPACITY } from '../../src/adapter/outbox.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { TestHost } from '../support/adapter-host.ts';
import { JournalledGateway } from '../support/journalled-gateway.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const signal = (point: string, phase: DeviceSignal['phase'] = 'raised'): DeviceSignal => ({ kind: 'door.open', point, phase });

describe('signals on their way to the journal', () => {
  let clock: ManualClock;
  let host: TestHost;
  let outbox: Outbox;
  /** Each turn in which something was reported, and the points of what was. */
  let rounds: string[][];
  let warnings: number;

  beforeEach(() => {
    clock = new ManualClock();
    host = new TestHost([], clock);
    rounds = [];
    warnings = 0;
    const { report } = host;
    let together: string[] | undefined;
    host.report = (each) => {
      if (together === undefined) {
        rounds.push((together = []));
        queueMicrotask(() => (together = undefined));
      }
      together.push(each.point);
      return report(each);
    };
    const log = pino({ level: 'warn' }, { write: () => (warnings += 1) });
    outbox = new Outbox({ report: (each) => host.report(each), clock, log }, host.signal);
  });
  afterEach(() => host.abort());

  const taken = () => host.reported.map(({ point }) => point);
  const round = (count: number) => until(`round ${count}`, () => rounds.length === count && clock.waiting === 1);

  it('are taken in order, those of one turn together, and each is called accepted then', async () => {
    const accepted: string[] = [];
    for (const point of ['a', 'b']) outbox.put(signal(point), () => accepted.push(point));
    assert.deepEqual([outbox.isEmpty, accepted], [false, []]);
    await outbox.flushed();
    assert.deepEqual([rounds, taken(), accepted, outbox.isEmpty], [[['a', 'b']], ['a', 'b'], ['a', 'b'], true]);
    assert.equal(clock.waiting, 0);
  });

  it('are all offered while the journal refuses them: a new one at once, all of them ever less often', async () => {
    host.journalFails = true;
    const accepted: string[] = [];
    const put = (point: string) => outbox.put(signal(point), () => accepted.push(point));
    put('a');
    await outbox.offered();
    await round(1);
    put('b');
    await outbox.offered();
    await round(2);
    for (const waitMs of [1_000, 2_000, 4_000, 5_000, 5_000]) {
      const before = rounds.length;
      clock.advance(waitMs - 1);
      assert.equal(rounds.length, before);
      clock.advance(1);
      await round(before + 1);
    }
    assert.deepEqual(rounds, [['a'], ...Array.from({ length: 6 }, () => ['a', 'b'])]);
    assert.deepEqual([taken(), accepted, warnings], [[], [], 1]);

    host.journalFails = false;
    clock.advance(5_000);
    await outbox.flushed();
    assert.deepEqual([taken(), accepted, outbox.isEmpty], [['a', 'b'], ['a', 'b'], true]);
    await until('no timer', () => clock.waiting === 0);

    host.journalFails = true;
    put('c');
    await round(9);
    assert.equal(warnings, 2);
  });

  it('are known when they are offered again, and from those of another link', async () => {
    const keys: (string | undefined)[] = [];
    host.report = (each) => {
      keys.push(each.offerKey);
      return keys.length <= 2 ? Promise.reject(new Error('the disk is full')) : Promise.resolve();
    };
    for (const point of ['a', 'b']) outbox.put(signal(point));
    await until('a refusal', () => clock.waiting === 1);
    clock.advance(500);
    await outbox.flushed();
    const next = new Outbox(host, host.signal);
    next.put(signal('a'));
    await next.flushed();
    assert.deepEqual(keys.slice(0, 2), keys.slice(2, 4));
    assert.equal(new Set(keys).size, 3);
  });

  it('are not accepted before those in front of them, nor offered again when they were taken', async () => {
    const { report } = host;
    host.report = (each) => (each.point === 'a' ? Promise.reject(new Error('refused')) : report(each));
    const accepted: string[] = [];
    outbox.put(signal('a'), () => accepted.push('a'));
    // Such as a state that the journal has already.
    outbox.put(signal('b'), () => accepted.push('b'));
    await until('a refusal', () => clock.waiting === 1);
    assert.deepEqual([taken(), accepted, outbox.isEmpty], [['b'], [], false]);
    host.report = report;
    clock.advance(500);
    await outbox.flushed();
    assert.deepEqual(
      [taken(), accepted],
      [
        ['b', 'a'],
        ['a', 'b'],
      ],
    );
  });

  it('end with the link when the journal fails for good', async () => {
    host.journalFails = true;
    outbox.put(signal('a'));
    const flushed = outbox.flushed();
    await round(1);
    host.abort();
    await assert.rejects(flushed, /the test is over/);
    await until('no timer', () => clock.waiting === 0);
    outbox.put(signal('b'));
    await assert.rejects(outbox.offered(), /the test is over/);
    assert.deepEqual(rounds, [['a']]);
  });

  it('do not grow without end: none is taken after one that found no room', async () => {
    host.journalFails = true;
    for (let i = 0; i < OUTBOX_CAPACITY; i += 1) outbox.put(signal('a'));
    assert.equal(outbox.isFull, false);
    outbox.put(signal('too many'));
    assert.equal(outbox.isFull, true);
    await assert.rejects(outbox.flushed(), /10000 signals wait for the journal/);
    await assert.rejects(outbox.offered(), /10000 signals wait for the journal/);
    await round(1);
    host.journalFails = false;
    clock.advance(500);
    await until('room', () => outbox.isEmpty);
    outbox.put(signal('later'));
    assert.deepEqual([outbox.isEmpty, outbox.isFull, host.reported.length], [true, true, OUTBOX_CAPACITY]);
  });

  it('say once what was seen and then read while it waited', async () => {
    const gateway = new JournalledGateway(clock);
    const door = new Outbox(gateway.host([]), host.signal);
    door.put(signal('door', 'restored'));
    await door.flushed();
    door.put(signal('door'));
    door.put({ ...signal('door'), initial: true });
    door.put(signal('door', 'restored'));
    door.put({ ...signal('door', 'raised'), initial: true });
    await door.flushed();
    assert.deepEqual(gateway.phases('door', 'door.open'), ['restored', 'raised', 'restored', 'raised']);
    assert.deepEqual(
      gateway.journalled().map(({ details }) => details['changedWhileOffline']),
      [undefined, undefined, undefined, true],
    );
    assert.equal(
      gateway.journalled().some((event) => 'offerKey' in event),
      false,
    );
    assert.deepEqual(gateway.intake.counts, { received: 5, accepted: 4, repeated: 0, unchanged: 1, refused: 0 });
    gateway.close();
  });
});
