import assert from 'node:assert/strict';
import type { Incident } from '../../src/domain/incident.ts';
import { figuresOf } from '../../src/incidents/figures.ts';
import { finding, lead, NOON, run } from './lab.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const { incident: one } = run(finding(lead(0)));
/** An incident that was opened some minutes before noon. */
const opened = (minutesAgo: number, over: Partial<Incident> = {}): Incident => ({
  ...one,
  id: `x-${minutesAgo}`,
  openedAt: NOON - minutesAgo * MINUTE,
  ...over,
});
const figures = (...incidents: Incident[]) => figuresOf(incidents, NOON, HOUR, 10);

describe('the figures of the alarm system', () => {
  it('count incidents per 10 minutes, and the share of the time with a flood', () => {
    const { incidents, per10Min, floodShare } = figures(...Array.from({ length: 12 }, (_, index) => opened(5 + index / 10)), opened(35), opened(70));
    assert.deepEqual([incidents, per10Min, floodShare], [13, { average: 2.167, peak: 12 }, 0.167]);
  });

  it('name the points that raise most, and split by priority', () => {
    const { topPoints, byPriority } = figures(opened(1), opened(2, { point: 'zone-1', priority: 4 }), opened(3, { point: 'zone-1', priority: 4 }));
    assert.deepEqual(topPoints, [
      { point: 'zone-1', incidents: 2, share: 0.667 },
      { point: 'door-server', incidents: 1, share: 0.333 },
    ]);
    assert.deepEqual(byPriority, { 1: 0, 2: 1, 3: 0, 4: 2, 5: 0 });
  });

  it('tell what stands, and what has stood for more than a day', () => {
    const { standing, stale, open, suppressed } = figures(
      opened(1),
      opened(25 * 60),
      opened(26 * 60, { condition: 'normal' }),
      opened(2, { state: 'closed' }),
      opened(3, { suppressed: { type: 'by-design', because: 'known' } }),
    );
    assert.deepEqual([standing, stale, open, suppressed], [3, 1, 4, 1]);
  });

  it('measure the time to acknowledge, for the site and for each dispatcher', () => {
    const taken = (minutesAgo: number, seconds: number, by: string) =>
      opened(minutesAgo, { acknowledgedAt: NOON - minutesAgo * MINUTE + seconds * 1000, acknowledgedBy: by, owner: by });
    const { timeToAcknowledge, seats } = figures(taken(10, 5, 'ann'), taken(11, 10, 'ann'), taken(12, 60, 'ben'), opened(1));
    assert.deepEqual(timeToAcknowledge, { p50Ms: 10_000, p95Ms: 60_000 });
    assert.deepEqual(
      seats.map(({ dispatcher, acknowledged, open, timeToAcknowledge: time }) => [dispatcher, acknowledged, open, time.p50Ms]),
      [
        ['ann', 2, 2, 5000],
        ['ben', 1, 1, 60_000],
      ],
    );
  });

  it('tell the load of each dispatcher: what that one owns, or else has acknowledged', () => {
    const of = (minutesAgo: number, over: Partial<Incident>) => opened(minutesAgo, { acknowledgedAt: NOON - MINUTE, acknowledgedBy: 'ann', ...over });
    const { seats } = figures(
      of(5, { owner: 'ann', point: 'zone-1', priority: 1 }),
      of(6, { owner: 'ann', point: 'zone-1', priority: 3, condition: 'normal' }),
      of(8, { state: 'closed', priority: 3 }),
      of(25 * 60, { owner: 'ann' }),
      // Acknowledged by ann, handed over to ben.
      of(7, { owner: 'ben', priority: 4 }),
      opened(9),
    );
    const [ann, ben] = seats;
    assert.deepEqual([ann?.incidents, ann?.per10Min, ann?.open, ann?.standing, ann?.stale], [3, { average: 0.5, peak: 3 }, 3, 2, 1]);
    assert.deepEqual(ann?.byPriority, { 1: 1, 2: 0, 3: 2, 4: 0, 5: 0 });
    assert.deepEqual(ann?.topPoints, [
      { point: 'zone-1', incidents: 2, share: 0.667 },
      { point: 'door-server', incidents: 1, share: 0.333 },
    ]);
    assert.deepEqual([ann?.acknowledged, ben?.acknowledged, ben?.incidents, ben?.stale], [5, 0, 1, 0]);
  });

  it('leave tests out, and are null where nothing was measured', () => {
    const { incidents, timeToAcknowledge } = figures(opened(1, { test: true }));
    assert.deepEqual([incidents, timeToAcknowledge], [0, { p50Ms: null, p95Ms: null }]);
  });
});
