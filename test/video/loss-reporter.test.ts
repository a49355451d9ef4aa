import assert from 'node:assert/strict';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { LossReporter } from '../../src/video/loss-reporter.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

function arrange() {
  const clock = new ManualClock();
  const journal = { fails: false, attempts: 0, taken: [] as DeviceSignal[] };
  const reporter = new LossReporter('cam-1', clock, async (signal) => {
    journal.attempts += 1;
    await Promise.resolve();
    if (journal.fails) throw new Error('the journal cannot be written');
    journal.taken.push(signal);
  });
  return { clock, journal, reporter };
}

describe('loss reporter', () => {
  it('reports a loss once and its end once', async () => {
    const { journal, reporter } = arrange();
    reporter.lost('no picture for 3 s');
    reporter.lost('the camera refuses the connection');
    await until('the loss', () => journal.taken.length === 1);
    reporter.restored(17);
    await until('the return', () => journal.taken.length === 2);
    assert.deepEqual(journal.taken, [
      { kind: 'video.lost', point: 'cam-1', phase: 'raised', details: { reason: 'no picture for 3 s' } },
      { kind: 'video.lost', point: 'cam-1', phase: 'restored', details: { lostForSeconds: 17 } },
    ]);
  });

  it('tells of the first picture as a state that was read: a loss may stand from before the start', async () => {
    const { journal, reporter } = arrange();
    reporter.first();
    await until('the report', () => journal.taken.length === 1);
    assert.deepEqual(journal.taken, [{ kind: 'video.lost', point: 'cam-1', phase: 'restored', initial: true, details: {} }]);
  });

  it('tries again until the journal takes it', async () => {
    const { clock, journal, reporter } = arrange();
    journal.fails = true;
    reporter.lost('no picture for 3 s');
    await until('the first attempt to fail', () => clock.waiting === 1);
    clock.advance(5_000);
    await until('the second attempt to fail', () => journal.attempts === 2 && clock.waiting === 1);
    journal.fails = false;
    clock.advance(5_000);
    await until('the report', () => journal.taken.length === 1);
    assert.equal(clock.waiting, 0);
  });

  it('leaves nothing waiting after it is closed', async () => {
    const { clock, journal, reporter } = arrange();
    journal.fails = true;
    reporter.lost('no picture for 3 s');
    await until('the attempt to fail', () => clock.waiting === 1);
    reporter.close();
    assert.equal(clock.waiting, 0);
  });
});
