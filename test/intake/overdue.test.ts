import assert from 'node:assert/strict';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { JournalledGateway } from '../support/journalled-gateway.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const motion = { kind: 'video.motion', point: 'cam', phase: 'raised', uncertainAfterMs: 5 * MINUTE_MS } satisfies DeviceSignal;

describe('a state whose restore is overdue', () => {
  let clock: ManualClock;
  let gateway: JournalledGateway;

  beforeEach(() => {
    clock = new ManualClock();
    gateway = new JournalledGateway(clock);
  });
  afterEach(() => {
    gateway.close();
    assert.equal(clock.waiting, 0);
  });

  const report = (signal: DeviceSignal) => gateway.intake.report('dev', signal);
  const phases = () => gateway.phases('cam', 'video.motion');
  /** Moves the clock and lets what fell due be committed. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };

  it('is uncertain after the time that its signal gives it, once, with the details that it had', async () => {
    await report({ ...motion, details: { cause: 'motion' } });
    await pass(5 * MINUTE_MS - 1);
    assert.deepEqual(phases(), ['raised']);
    await pass(1);
    assert.deepEqual(phases(), ['raised', 'uncertain']);
    assert.deepEqual(gateway.events.at(-1)?.details, { cause: 'motion', overdueAfterMs: 5 * MINUTE_MS });
    await pass(DAY_MS);
    assert.deepEqual(phases(), ['raised', 'uncertain']);
  });

  it('is not once it is over, nor while it is told again', async () => {
    await report(motion);
    await pass(4 * MINUTE_MS);
    await report(motion);
    await pass(4 * MINUTE_MS);
    assert.deepEqual(phases(), ['raised', 'raised']);
    await report({ ...motion, phase: 'restored' });
    await pass(DAY_MS);
    assert.deepEqual(phases(), ['raised', 'raised', 'restored']);
  });

  it('stands on when it is read again unchanged, which is no event', async () => {
    await report(motion);
    await pass(4 * MINUTE_MS);
    await report({ ...motion, initial: true });
    await pass(4 * MINUTE_MS);
    assert.deepEqual(phases(), ['raised']);
    await pass(MINUTE_MS);
    assert.deepEqual(phases(), ['raised', 'uncertain']);
  });

  it('stands until the later time when it is raised for another reason as well', async () => {
    await report({ ...motion, uncertainAfterMs: 60 * MINUTE_MS });
    await report(motion);
    await pass(6 * MINUTE_MS);
    assert.deepEqual(phases(), ['raised', 'raised']);
    await pass(54 * MINUTE_MS);
    assert.deepEqual(phases(), ['raised', 'raised', 'uncertain']);
  });

  it('is uncertain in time although the gateway was restarted', async () => {
    await report(motion);
    await pass(4 * MINUTE_MS);
    gateway.restart();
    await pass(MINUTE_MS - 1);
    assert.deepEqual(phases(), ['raised']);
    await pass(1);
    assert.deepEqual(phases(), ['raised', 'uncertain']);
  });

  it('is uncertain at once when its time ran out while the gateway did not run', async () => {
    await report(motion);
    gateway.intake.close();
    clock.advance(DAY_MS);
    gateway.restart();
    await pass(0);
    assert.deepEqual(phases(), ['raised', 'uncertain']);
  });

  it('is offered again until the journal takes it', async () => {
    await report(motion);
    gateway.store.exec('ALTER TABLE journal RENAME TO elsewhere');
    await pass(5 * MINUTE_MS);
    gateway.store.exec('ALTER TABLE elsewhere RENAME TO journal');
    assert.deepEqual(phases(), ['raised']);
    await until('a timer for the next try', () => clock.waiting === 1);
    await pass(1000);
    assert.deepEqual(phases(), ['raised', 'uncertain']);
  });

  it('may stand for longer than a timer of the runtime can wait', async () => {
    await report({ ...motion, uncertainAfterMs: 30 * DAY_MS });
    await pass(30 * DAY_MS - 1);
    assert.deepEqual(phases(), ['raised']);
    await pass(1);
    assert.deepEqual(phases(), ['raised', 'uncertain']);
  });

  it('is one of each partition of a panel', async () => {
    const armed = (partition: number) => ({ kind: 'panel.armed', point: 'panel', phase: 'raised', details: { partition } }) as const;
    await report({ ...armed(1), uncertainAfterMs: MINUTE_MS });
    await report({ ...armed(2), uncertainAfterMs: MINUTE_MS });
    await report({ ...armed(1), phase: 'restored' });
    await pass(MINUTE_MS);
    const uncertain = gateway.journalled().filter(({ phase }) => phase === 'uncertain');
    assert.deepEqual(
      uncertain.map(({ details }) => details['partition']),
      [2],
    );
  });

  it('is left alone where the signal says no time, or the kind has no end', async () => {
    await report({ kind: 'video.lost', point: 'cam', phase: 'raised' });
    await report({ kind: 'access.granted', point: 'cam', phase: 'raised', uncertainAfterMs: MINUTE_MS });
    assert.equal(clock.waiting, 0);
  });
});
