import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Priority } from '../../src/domain/incident.ts';
import type { LevelInForce } from '../../src/domain/threat.ts';
import type { BookInput } from '../../src/incidents/actions.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { level } from '../domain/threat-site.ts';
import { acknowledge, action, close, finding, held, hold, NOON, reopen, run, support } from './lab.ts';

const elevated = level('Elevated', 10, { raisesPriorityBy: 1 });
const lockdown = level('Lock-down', 50, { raisesPriorityBy: 2 });
const threats = (at: number, ...inForce: readonly LevelInForce[]): BookInput => ({ type: 'threats', inForce, at: NOON + at * 1000 });
const everywhere = { level: elevated };
const opened = finding(held(0, { priority: 4 }));
const strengthened = (at: number, steps: number) => finding(support(at, steps, { key: 'door-held@door-main' }));

describe('an incident that is open when a threat level is set', () => {
  it('becomes more urgent with its arithmetic, and as urgent as before when it is lifted', () => {
    const { incident } = run(opened, threats(1, { level: lockdown }));
    assert.equal(incident.priority, 2);
    assert.deepEqual(incident.priorityBecause.at(-1), { priority: 2, because: 'Threat level Lock-down: +2' });
    assert.deepEqual([incident.log.at(-1)?.what, incident.raisedIn, incident.revision], ['raised the priority from 4 to 2', 2, 2]);
    const lifted = run(opened, threats(1, { level: lockdown }), threats(2)).incident;
    assert.deepEqual([lifted.priority, lifted.threat], [4, undefined]);
    assert.deepEqual(lifted.priorityBecause.at(-1), { priority: 4, because: 'Threat level Lock-down lifted: −2' });
    assert.equal(lifted.log.at(-1)?.what, 'lowered the priority from 2 to 4');
  });

  it('counts a level only in its own areas, and the most severe of several', () => {
    const priority = (...inForce: LevelInForce[]) => run(opened, threats(1, ...inForce)).incident.priority;
    assert.equal(priority({ level: elevated, area: 'server-room' }), 4);
    assert.equal(priority({ level: elevated, area: 'lobby' }), 3);
    assert.equal(priority({ level: elevated, area: 'campus' }), 3);
    assert.equal(priority({ level: elevated, area: 'lobby' }, { level: lockdown }), 2);
    const { incident } = run(opened, threats(1, { level: lockdown }, everywhere), threats(2, everywhere));
    assert.deepEqual(incident.priorityBecause.at(-1), { priority: 3, because: 'Threat level Lock-down lifted: −2; Threat level Elevated: +1' });
  });

  it('keeps what evidence has added meanwhile, even where the level alone made it as urgent as can be', () => {
    const grave = level('Grave', 90, { raisesPriorityBy: 4 });
    const during = run(opened, threats(1, { level: grave }), strengthened(2, 2));
    assert.equal(during.incident.priority, 1);
    const { incident } = run(opened, threats(1, { level: grave }), strengthened(2, 2), threats(3));
    assert.deepEqual(
      incident.priorityBecause.map(({ priority, because }) => `${priority} ${because}`),
      [
        '4 door-main reports that it is held open',
        '1 Threat level Grave: +4',
        '1 Server room camera sees motion: 2 steps more urgent',
        '2 Threat level Grave lifted: −4',
      ],
    );
  });

  it('comes back from hold when it gets more urgent, and is not called new when it was acknowledged', () => {
    const onHold = [opened, action(acknowledge, 1), action(hold(600), 2)] as const;
    assert.equal(run(...onHold, threats(3, everywhere)).incident.state, 'new');
    assert.equal(run(...onHold, threats(3, everywhere), threats(4)).incident.priority, 4);
    assert.equal(run(opened, action(acknowledge, 1), threats(3, everywhere)).incident.state, 'acknowledged');
  });

  it('loses the level that was lifted while it was closed when it is reopened, and does not change while it is closed', () => {
    const closed = run(opened, threats(1, everywhere), action(acknowledge, 2), action(close, 3, 'ann', '2026-000001', 3), threats(4));
    assert.equal(closed.last.changed.length, 0);
    const { incident } = run(
      opened,
      threats(1, everywhere),
      action(acknowledge, 2),
      action(close, 3, 'ann', '2026-000001', 3),
      threats(4),
      action(reopen, 5, 'ann', '2026-000001', 4),
    );
    assert.deepEqual([incident.state, incident.priority], ['new', 4]);
  });

  it('leaves a test as it is', () => {
    const onTest: BookInput = {
      type: 'measure',
      measure: { type: 'on-test', target: { of: 'site' }, reason: 'x', by: 'ann', at: NOON - 1000, until: NOON + 60_000 },
    };
    assert.equal(run(onTest, opened, threats(1, { level: lockdown })).incident.priority, 5);
  });

  it('counts a level that its own finding brought once', () => {
    const found = finding({ ...held(0, { priority: 4 }), threat: { title: 'Elevated', raisesPriorityBy: 1 } });
    assert.equal(run(found, threats(1, everywhere)).incident.priority, 3);
    assert.equal(run(found, threats(1, everywhere), threats(2)).incident.priority, 4);
  });

  it('is as urgent as if it had been open already when it opens after the level was set, by a rule that waited', () => {
    const late = (...before: readonly BookInput[]) => run(...before, finding(held(0, { priority: 4 }))).incident;
    assert.deepEqual(late(threats(5, { level: lockdown })).priorityBecause, [
      { priority: 4, because: 'door-main reports that it is held open' },
      { priority: 2, because: 'Threat level Lock-down: +2' },
    ]);
    assert.equal(late(threats(5, { level: lockdown, area: 'server-room' })).priority, 4);
    assert.equal(late(threats(5, everywhere), threats(6)).priority, 4);
    assert.equal(run(threats(5, everywhere), opened, threats(6)).incident.priority, 4);
  });

  it('opens as urgent as the level of its time or that of now makes it, whichever adds more', () => {
    const of = (raisesPriorityBy: number) => finding({ ...held(0, { priority: 4 }), threat: { title: `+${raisesPriorityBy}`, raisesPriorityBy } });
    assert.equal(run(threats(5, everywhere), of(2)).incident.priority, 2);
    assert.equal(run(threats(5, { level: lockdown }), of(1)).incident.priority, 2);
    assert.equal(run(threats(5, { level: level('Drill', 90) }), of(1)).incident.priority, 3);
  });

  it('ends where it would be without any level, whatever was set, found and lifted in between', () => {
    const priorities = fc.constantFrom<Priority>(1, 2, 3, 4, 5);
    const levels = fc.array(
      fc.record({
        raisesPriorityBy: fc.integer({ min: 0, max: 4 }),
        severity: fc.integer({ min: 1, max: 3 }),
        area: fc.constantFrom(undefined, 'lobby'),
      }),
      { maxLength: 3 },
    );
    const supports = fc.record({ rule: fc.constantFrom('a', 'b', 'c'), steps: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(priorities, fc.array(fc.oneof(levels, supports), { maxLength: 12 }), (priority, steps) => {
        const inputs = steps.map((step, index): BookInput => {
          if (!Array.isArray(step)) return finding(support(index + 1, step.steps, { key: 'door-held@door-main', rule: step.rule }));
          return threats(
            index + 1,
            ...step.map(({ raisesPriorityBy, severity, area }) => {
              const found = level(`${severity} ${raisesPriorityBy}`, severity, { raisesPriorityBy });
              return { level: found, ...(area !== undefined && { area }) };
            }),
          );
        });
        const end = (all: readonly BookInput[]) => {
          const book = all.reduce((before, input) => apply(before, input).book, bookFrom([]));
          return incidentsOf(book)[0]?.priority;
        };
        const first = finding(held(0, { priority }));
        const all = [first, ...inputs.filter(({ type }) => type === 'finding')];
        assert.equal(end([first, ...inputs, threats(99)]), end(all));
        // And it does not matter whether a level was set before it opened or after.
        const levels = inputs.filter(({ type }) => type === 'threats');
        assert.equal(end([...levels, ...all]), end([...all, ...levels]));
      }),
    );
  });
});
