import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { DeviceSignal, LocatedEvent } from '../../src/domain/event.ts';
import { Intake } from '../../src/intake/intake.ts';
import { Journal } from '../../src/intake/journal.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { nowhere } from '../support/nowhere.ts';

const forced: DeviceSignal = { kind: 'door.forced', point: 'door', phase: 'raised' };

describe('intake', () => {
  let store: Store;
  let clock: ManualClock;
  let intake: Intake;
  let events: LocatedEvent[];

  /** The gateway after a restart on the same disk. */
  function open(): void {
    intake = new Intake({
      journal: new Journal(store),
      locate: (point) => ({ ...nowhere(point), place: { areas: ['hall'], cameras: ['cam'] } }),
      clock,
      log: pino({ level: 'silent' }),
    });
    events = [];
    intake.events.subscribe((event) => events.push(event));
  }

  beforeEach(() => {
    store = openStore(':memory:');
    clock = new ManualClock();
    open();
  });
  afterEach(() => store.close());

  const journalled = () => new Journal(store).read({ limit: 1000 });

  it('resolves a report only after the event is in the journal', async () => {
    let resolved = false;
    const report = intake.report('dev', forced).then(() => (resolved = true));
    assert.equal(journalled().length, 0);
    assert.equal(resolved, false);
    await report;
    assert.equal(journalled().length, 1);
    assert.deepEqual(events[0]?.place, { areas: ['hall'], cameras: ['cam'] });
  });

  it('puts what arrives together into one commit', async () => {
    const batches: number[] = [];
    intake.batches.subscribe((position) => batches.push(position));
    await Promise.all(Array.from({ length: 100 }, (_, index) => intake.report('dev', { ...forced, point: `door-${index}` })));
    assert.deepEqual(batches, [100]);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it('rejects the report while the journal cannot be written, shows the event all the same, and takes its repeat afterwards', async () => {
    store.exec('ALTER TABLE journal RENAME TO elsewhere');
    const open: DeviceSignal = { kind: 'door.open', point: 'door', phase: 'raised', repeatKey: '1' };
    await assert.rejects(intake.report('dev', open), /journal cannot be written/);
    store.exec('ALTER TABLE elsewhere RENAME TO journal');
    assert.deepEqual(
      events.map(({ seq }) => seq),
      [0],
    );
    assert.equal(intake.counts.refused, 1);
    await intake.report('dev', open);
    assert.deepEqual(
      events.map(({ id, seq }) => [id, seq > 0]),
      [
        [events[0]?.id, false],
        [events[0]?.id, true],
      ],
    );
  });

  it('accepts a repeated signal once, also across a restart', async () => {
    const signal = { ...forced, repeatKey: '4711 0042' };
    await Promise.all([intake.report('dev', signal), intake.report('dev', signal)]);
    open();
    await intake.report('dev', signal);
    assert.equal(journalled().length, 1);
    await intake.report('other', signal);
    assert.equal(journalled().length, 2);
  });

  it('takes the same key for a new signal after the repeat window', async () => {
    const signal = { ...forced, repeatKey: '0001' };
    await intake.report('dev', signal);
    clock.advance(61 * 60_000);
    await intake.report('dev', signal);
    assert.equal(journalled().length, 2);
  });

  it('journals a state that was read on connecting as initial when it was never seen before', async () => {
    await intake.report('dev', { ...forced, initial: true });
    assert.equal(events[0]?.initial, true);
  });

  it('says nothing when a reconnected device tells what was known', async () => {
    await intake.report('dev', forced);
    open();
    await intake.report('dev', { ...forced, initial: true });
    assert.equal(events.length, 0);
    assert.equal(intake.counts.unchanged, 1);
  });

  it('takes a state that changed while the link was down for a real change', async () => {
    await intake.report('dev', { ...forced, phase: 'restored' });
    open();
    await intake.report('dev', { ...forced, initial: true });
    assert.equal(events[0]?.initial, undefined);
    assert.equal(events[0]?.details['changedWhileOffline'], true);
  });

  it('does not take it for a picture that comes that a reconnected camera says that it has a signal', async () => {
    const lost = { kind: 'video.lost', point: 'cam' } as const;
    const signal = { ...lost, phase: 'restored', initial: true, details: { cause: 'no signal' } } as const;
    await intake.report('dev-cam', signal);
    await intake.report('cam', { ...lost, phase: 'raised', details: { reason: 'the camera closed the connection' } });
    open();
    await intake.report('dev-cam', signal);
    assert.equal(events.length, 0);
    await intake.report('cam', { ...lost, phase: 'restored', initial: true });
    assert.equal(events[0]?.details['changedWhileOffline'], true);
  });

  it("counts in the device's time with its known offset taken out", async () => {
    const now = clock.now();
    await intake.report('dev', { ...forced, occurredAt: now + 90_000 - 3000, clockOffsetMs: 90_000 });
    await intake.report('dev', { ...forced, occurredAt: now - 3000 });
    await intake.report('dev', { ...forced, occurredAt: now + 5000, clockOffsetMs: 0 });
    await intake.report('dev', { ...forced, occurredAt: Date.UTC(2000, 0, 1), clockOffsetMs: 0 });
    assert.deepEqual(
      events.map(({ eventAt }) => eventAt - now),
      [-3000, 0, 0, 0],
    );
  });

  it('gives back from the journal what it passed on', async () => {
    await intake.report('dev', { ...forced, occurredAt: clock.now() - 10, clockOffsetMs: 0, details: { credential: 'A1' }, raw: '00ff' });
    const { place: _place, pointNumber: _number, ...event } = events[0]!;
    assert.deepEqual(journalled(), [event]);
  });
});
