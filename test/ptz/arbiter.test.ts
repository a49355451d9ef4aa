import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Priority } from '../../src/domain/incident.ts';
import { Arbiter, holderOf } from '../../src/ptz/arbiter.ts';
import type { Claim } from '../../src/ptz/arbiter.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('who moves a camera', () => {
  let clock: ManualClock;
  let arbiter: Arbiter;
  let changes: string[];

  beforeEach(() => {
    clock = new ManualClock();
    changes = [];
    arbiter = new Arbiter(clock, (camera, holder, before) => changes.push(`${camera}: ${before?.id ?? 'nobody'} -> ${holder?.id ?? 'nobody'}`));
  });
  afterEach(() => arbiter.close());

  const make = (kind: Claim['kind'], id: string, priority: Priority, more: Partial<Claim> = {}): Claim => ({
    kind,
    id,
    by: id,
    priority,
    since: clock.now(),
    ...more,
  });
  const ask = (claim: Claim) => arbiter.claim('cam', claim)?.id;

  it('lets an alarm take the camera from a patrol, and gives it back', () => {
    assert.equal(ask(make('patrol', 'tour', 1)), undefined);
    clock.advance(1000);
    assert.equal(ask(make('alarm', 'i-1', 5)), undefined);
    arbiter.release('cam', 'i-1');
    assert.deepEqual(changes, ['cam: nobody -> tour', 'cam: tour -> i-1', 'cam: i-1 -> tour']);
  });

  it('lets a dispatcher take it from an alarm that is as urgent, and the alarm have it again when the lease is over', () => {
    ask(make('alarm', 'i-1', 3));
    clock.advance(1000);
    assert.equal(ask(make('manual', 'anna', 3, { until: clock.now() + 20_000 })), undefined);
    clock.advance(20_000);
    assert.deepEqual(changes, ['cam: nobody -> i-1', 'cam: i-1 -> anna', 'cam: anna -> i-1']);
  });

  it('takes it from a dispatcher for an incident that is more urgent, and does not give it back', () => {
    ask(make('manual', 'anna', 3, { until: clock.now() + 20_000 }));
    assert.equal(ask(make('alarm', 'i-1', 3)), 'anna');
    assert.equal(ask(make('alarm', 'i-2', 1)), undefined);
    arbiter.release('cam', 'i-2');
    assert.deepEqual(changes, ['cam: nobody -> anna', 'cam: anna -> i-2', 'cam: i-2 -> i-1']);
  });

  it('refuses a second dispatcher, and says who holds it, since when and until when', () => {
    const begun = clock.now();
    ask(make('manual', 'anna', 3, { until: clock.now() + 20_000 }));
    clock.advance(5_000);
    ask(make('manual', 'anna', 3, { until: clock.now() + 20_000 }));
    const holder = arbiter.claim('cam', make('manual', 'ben', 3, { until: clock.now() + 20_000 }));
    assert.deepEqual([holder?.by, holder?.since, holder?.until], ['anna', begun, begun + 25_000]);
    clock.advance(20_000);
    // Who was refused does not get it without having asked again.
    assert.equal(arbiter.holder('cam'), undefined);
    assert.deepEqual(changes, ['cam: nobody -> anna', 'cam: anna -> nobody']);
  });

  it('keeps the first of two incidents that are as urgent, and lets the second have it afterwards', () => {
    ask(make('alarm', 'i-1', 2, { until: clock.now() + 30_000 }));
    clock.advance(1_000);
    assert.equal(ask(make('alarm', 'i-2', 2)), 'i-1');
    clock.advance(29_000);
    assert.equal(arbiter.holder('cam')?.id, 'i-2');
    assert.equal(clock.waiting, 0);
  });

  it('keeps each camera by itself', () => {
    arbiter.claim('cam', make('manual', 'anna', 3));
    assert.equal(arbiter.claim('cam-2', make('manual', 'ben', 3)), undefined);
  });

  it('finds the same holder in whatever order the claims came', () => {
    const claims = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1 }),
        kind: fc.constantFrom('manual' as const, 'alarm' as const, 'patrol' as const),
        by: fc.constant('x'),
        priority: fc.constantFrom(1 as const, 2 as const, 3 as const),
        since: fc.integer({ min: 0, max: 1000 }),
      }),
      { selector: ({ since }) => since, maxLength: 6 },
    );
    fc.assert(
      fc.property(claims, (all) => {
        assert.equal(holderOf(all, 0)?.id, holderOf([...all].reverse(), 0)?.id);
      }),
    );
  });
});
