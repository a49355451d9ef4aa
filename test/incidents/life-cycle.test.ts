import assert from 'node:assert/strict';
import type { IncidentState } from '../../src/domain/incident.ts';
import { incidentStates } from '../../src/domain/incident.ts';
import type { BookInput, JoiningStep, OperatorStep } from '../../src/incidents/actions.ts';
import { apply, incidentsOf } from '../../src/incidents/book.ts';
import { lifeCycle } from '../../src/incidents/life-cycle.ts';
import { accept, acknowledge, action, close, finding, handOver, hold, lead, reopen, resolve, restore, run, start, support, takeOver } from './lab.ts';

/** How to bring an incident into each state. */
const ways: Record<IncidentState, readonly BookInput[]> = {
  new: [finding(lead(0))],
  acknowledged: [finding(lead(0)), action(acknowledge, 1)],
  'in-progress': [finding(lead(0)), action(acknowledge, 1), action(start, 2)],
  'on-hold': [finding(lead(0)), action(acknowledge, 1), action(hold(600), 2)],
  resolved: [finding(lead(0)), action(acknowledge, 1), action(resolve, 2, 'ann', '2026-000001', 9)],
  closed: [finding(lead(0)), action(acknowledge, 1), action(close, 2, 'ann', '2026-000001', 9)],
};

const second = lead(0.1, { rule: 'door-forced-inferred' });

/** Where each step leads from each state; a dash: refused. */
const expected: [OperatorStep | JoiningStep, Record<IncidentState, IncidentState | '-'>][] = [
  [acknowledge, { new: 'acknowledged', acknowledged: '-', 'in-progress': '-', 'on-hold': '-', resolved: '-', closed: '-' }],
  [start, { new: 'in-progress', acknowledged: 'in-progress', 'in-progress': '-', 'on-hold': 'in-progress', resolved: '-', closed: '-' }],
  [hold(3600), { new: '-', acknowledged: 'on-hold', 'in-progress': 'on-hold', 'on-hold': '-', resolved: '-', closed: '-' }],
  [resolve, { new: '-', acknowledged: 'resolved', 'in-progress': 'resolved', 'on-hold': 'resolved', resolved: '-', closed: '-' }],
  [close, { new: '-', acknowledged: 'closed', 'in-progress': 'closed', 'on-hold': 'closed', resolved: 'closed', closed: '-' }],
  [reopen, { new: '-', acknowledged: '-', 'in-progress': '-', 'on-hold': '-', resolved: 'new', closed: 'new' }],
  [takeOver, { new: '-', acknowledged: 'acknowledged', 'in-progress': 'in-progress', 'on-hold': 'on-hold', resolved: '-', closed: '-' }],
  [
    { action: 'note', note: 'guard called' },
    { new: 'new', acknowledged: 'acknowledged', 'in-progress': 'in-progress', 'on-hold': 'on-hold', resolved: 'resolved', closed: '-' },
  ],
  [
    { action: 'avs', level: 2 },
    { new: 'new', acknowledged: 'acknowledged', 'in-progress': 'in-progress', 'on-hold': 'on-hold', resolved: 'resolved', closed: '-' },
  ],
  [handOver('cem'), { new: '-', acknowledged: 'acknowledged', 'in-progress': 'in-progress', 'on-hold': 'on-hold', resolved: '-', closed: '-' }],
  [accept, { new: '-', acknowledged: 'acknowledged', 'in-progress': 'in-progress', 'on-hold': 'on-hold', resolved: '-', closed: '-' }],
  [
    { action: 'merge', into: '2026-000002' },
    { new: 'closed', acknowledged: 'closed', 'in-progress': 'closed', 'on-hold': 'closed', resolved: 'closed', closed: '-' },
  ],
  [
    { action: 'split', events: [second.event.id], note: 'another door leaf' },
    { new: 'new', acknowledged: 'acknowledged', 'in-progress': 'in-progress', 'on-hold': 'on-hold', resolved: 'resolved', closed: '-' },
  ],
];

/** What must have been before a step means something, wherever it is possible: one to merge with, evidence to split off, an offer to accept. */
const before: Partial<Record<(OperatorStep | JoiningStep)['action'], { early?: BookInput; late?: BookInput }>> = {
  'hand-over': { late: action(takeOver, 5, 'ben') },
  accept: { late: action(handOver('ben'), 5) },
  merge: { early: finding(lead(0.1, { point: 'door-main' })) },
  split: { early: finding(second) },
};

describe('the life cycle of an incident', () => {
  for (const [step, row] of expected) {
    for (const state of incidentStates) {
      it(`${step.action} when ${state}: ${row[state] === '-' ? 'refused, nothing changes' : row[state]}`, () => {
        const { early, late } = before[step.action] ?? {};
        const [first, ...way] = ways[state];
        const { book, incident } = run(...[first, early, ...way, late].filter((input) => input !== undefined));
        const outcome = apply(book, action(step, 10, 'ben', incident.id, incident.revision));
        if (row[state] === '-') {
          assert.ok(outcome.refused);
          assert.equal(outcome.book, book);
        } else {
          assert.equal(outcome.refused, undefined);
          const [changed, ...others] = outcome.changed;
          assert.deepEqual([changed?.id, changed?.state, changed?.revision], [incident.id, row[state], incident.revision + 1]);
          assert.equal(changed?.log.at(-1)?.by, 'ben');
          assert.equal(others.length, step.action === 'merge' || step.action === 'split' ? 1 : 0);
        }
      });
    }
  }

  it('is shown for every step that an operator can take, in every state', () => {
    const shown = new Set<string>(expected.map(([{ action: step }]) => step));
    assert.deepEqual(
      lifeCycle.filter(({ who, step }) => who === 'operator' && !shown.has(step)).map(({ step }) => step),
      [],
    );
    for (const { step, from, who } of lifeCycle) {
      const row = expected.find(([{ action: name }]) => name === step)?.[1];
      if (who === 'operator' && row !== undefined)
        assert.deepEqual(
          incidentStates.filter((state) => row[state] !== '-'),
          incidentStates.filter((state) => from.includes(state)),
          step,
        );
    }
  });

  it('has one way at most for each step from each state', () => {
    const ways = lifeCycle.flatMap(({ step, from }) => from.map((state) => `${step} from ${state}`));
    assert.equal(new Set(ways).size, ways.length);
  });

  it('makes who acknowledges or starts the owner', () => {
    assert.equal(run(finding(lead(0)), action(acknowledge, 1, 'ann')).incident.owner, 'ann');
    assert.equal(run(finding(lead(0)), action(acknowledge, 1, 'ann'), action(start, 2, 'ben')).incident.owner, 'ben');
  });

  it('keeps disposition, note and time of closing', () => {
    const { incident } = run(...ways.closed);
    assert.equal(incident.disposition, 'false-alarm');
    assert.deepEqual(incident.log.at(-1), { at: incident.closedAt, by: 'ann', what: 'closed as false-alarm', note: 'cleaner' });
  });

  it('resolves by itself when the condition is over and its rule says so', () => {
    for (const state of ['new', 'acknowledged', 'in-progress', 'on-hold'] as const) {
      const { incident } = run(...ways[state], finding(restore(60, true)));
      assert.equal(incident.state, 'resolved');
      assert.equal(incident.condition, 'normal');
      assert.deepEqual([incident.log.at(-1)?.by, incident.log.at(-1)?.what], ['sallyport', 'resolved']);
    }
  });

  it('waits for a dispatcher when the rule does not say so', () => {
    const { incident } = run(finding(lead(0)), finding(restore(60, false)));
    assert.deepEqual([incident.state, incident.condition], ['new', 'normal']);
  });

  it('leaves a closed incident alone when its condition ends', () => {
    const { last } = run(...ways.closed, finding(restore(60, true)));
    assert.deepEqual(last.changed, []);
  });

  it('reopens a resolved incident that is raised again, with nobody as its owner', () => {
    const { incident, book } = run(...ways.acknowledged, finding(restore(60, true)), finding(lead(120)));
    assert.equal(book.incidents.size, 1);
    assert.deepEqual([incident.state, incident.condition, incident.owner], ['new', 'active', undefined]);
    assert.equal(incident.log.at(-1)?.what, 'reopened');
  });

  it('does not reopen for a lead that was over before it was told', () => {
    const { incident } = run(finding(lead(0)), finding(restore(60, true)), finding(lead(30)));
    assert.deepEqual([incident.state, incident.condition], ['resolved', 'normal']);
    assert.equal(incident.evidence.length, 3);
  });

  it('opens a new incident for a lead after closing', () => {
    const { book } = run(...ways.closed, finding(lead(120)));
    assert.deepEqual(
      incidentsOf(book).map(({ id, state }) => [id, state]),
      [
        ['2026-000001', 'closed'],
        ['2026-000002', 'new'],
      ],
    );
  });
});

describe('two operators at the same incident', () => {
  it('are told who was first when their steps collide', () => {
    const { last } = run(finding(lead(0)), action(acknowledge, 10, 'ben'), action(acknowledge, 14, 'ann'));
    assert.deepEqual(last.refused, { code: 'conflict', message: 'Ben acknowledged it 4 s before you' });
  });

  it('are told so for every step', () => {
    const message = (...inputs: BookInput[]) => run(finding(lead(0)), ...inputs).last.refused?.message;
    assert.equal(message(action(start, 1, 'ben'), action(start, 3)), 'Ben started handling it 2 s before you');
    assert.equal(message(action(acknowledge, 1, 'ben'), action(close, 2, 'ben'), action(resolve, 302)), 'Ben closed it 5 min before you');
    assert.equal(message(action(acknowledge, 1), action(acknowledge, 2)), 'You acknowledged it already');
    assert.equal(
      message(action(acknowledge, 1), finding(restore(2, true)), finding(lead(3)), action(close, 5, 'ann', '2026-000001', 2)),
      'Sallyport reopened it 2 s before you',
    );
  });

  it('may both act when the older revision does not matter', () => {
    const { last, incident } = run(finding(lead(0)), finding(support(1, 1)), action(acknowledge, 5, 'ann', '2026-000001', 1));
    assert.equal(last.refused, undefined);
    assert.equal(incident.state, 'acknowledged');
  });

  it('are told what has to come first', () => {
    const { last } = run(finding(lead(0)), action(close, 1));
    assert.deepEqual(last.refused, {
      code: 'not-possible',
      message: 'The incident is new; to close it, it must be acknowledged, in-progress, on-hold or resolved',
    });
  });

  it('are told that an incident does not exist', () => {
    const { last } = run(finding(lead(0)), action(acknowledge, 1, 'ann', '2026-000099'));
    assert.equal(last.refused?.code, 'unknown-incident');
  });
});
