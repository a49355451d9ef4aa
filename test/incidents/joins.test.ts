import assert from 'node:assert/strict';
import type { Incident } from '../../src/domain/incident.ts';
import type { BookInput, JoiningStep } from '../../src/incidents/actions.ts';
import { bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { acknowledge, action, close, finding, lead, reopen, restore, run, support } from './lab.ts';

const [FIRST, SECOND, THIRD] = ['2026-000001', '2026-000002', '2026-000003'];
const main = { point: 'door-main', rule: 'door-forced-inferred', priority: 1 } as const;
const two = [finding(lead(0)), finding(lead(5, main))];
const merge = (into = FIRST): JoiningStep => ({ action: 'merge', into });
const mergedTwo = [...two, action(merge(), 10, 'ann', SECOND)];
const splitOff = (...events: string[]): JoiningStep => ({ action: 'split', events, note: 'another door' });
const eventOf = (found: ReturnType<typeof lead>) => found.event.id;

function both(...inputs: BookInput[]): [Incident, Incident] {
  const { book } = run(...inputs);
  return [book.incidents.get(FIRST)!, book.incidents.get(SECOND)!];
}

describe('merging', () => {
  it('moves the evidence, closes what was merged, and both logs and links say so', () => {
    const [into, from] = both(...mergedTwo);
    assert.deepEqual(
      into.evidence.map(({ point, role }) => `${role} ${point}`),
      ['lead door-server', 'repeat door-main'],
    );
    assert.deepEqual(
      [from.state, from.evidence, from.links],
      ['closed', [], [{ type: 'merged-into', incident: FIRST, events: [eventOf(lead(5, main))] }]],
    );
    assert.deepEqual(into.links, [{ type: 'merged-from', incident: SECOND }]);
    assert.deepEqual([into.log.at(-1)?.what, from.log.at(-1)?.what], [`merged ${SECOND} into it`, `merged into ${FIRST}`]);
  });

  it('takes the more urgent priority, and says why', () => {
    const [into] = both(...mergedTwo);
    assert.deepEqual(into.priorityBecause.at(-1), { priority: 1, because: `${SECOND} was merged into it` });
  });

  it('sends further findings of both keys to the one incident', () => {
    const [into, from] = both(...mergedTwo, finding(lead(20, main)), finding(restore(30, false, main)));
    assert.equal(into.evidence.length, 4);
    assert.equal(into.condition, 'active');
    assert.equal(from.evidence.length, 0);
    assert.equal(both(...mergedTwo, finding(restore(30, false)), finding(restore(31, false, main)))[0].condition, 'normal');
  });

  it('opens a new incident for what happens once the merged one is closed', () => {
    const { book } = run(...mergedTwo, action(acknowledge, 11), action(close, 12, 'ann', FIRST, 3), finding(lead(20, main)));
    assert.deepEqual([...book.incidents.keys()], [FIRST, SECOND, THIRD]);
  });

  it('refuses itself, what is closed, and what nobody knows', () => {
    const why = (into: string) =>
      run(...two, action(acknowledge, 6, 'ann', SECOND), action(close, 7, 'ann', SECOND), action(merge(into), 8)).last.refused?.code;
    assert.deepEqual([why(FIRST), why(SECOND), why('2026-000009')], ['not-possible', 'not-possible', 'unknown-incident']);
  });

  it('does not hide news from who merges', () => {
    assert.equal(run(...two, finding(support(6, 1)), action(merge(SECOND), 8, 'ann', FIRST, 1)).last.refused?.code, 'look-again');
  });

  it('keeps what was merged closed', () => {
    assert.match(run(...mergedTwo, action(reopen, 20, 'ann', SECOND)).last.refused?.message ?? '', /merged into 2026-000001/);
  });
});

describe('splitting', () => {
  it('gives back what was merged as it was', () => {
    const { book } = run(...mergedTwo, action(splitOff(eventOf(lead(5, main))), 20));
    const [left, off] = [book.incidents.get(FIRST)!, book.incidents.get(THIRD)!];
    assert.deepEqual(
      left.evidence.map(({ point }) => point),
      ['door-server'],
    );
    assert.deepEqual(
      [off.key, off.title, off.priority, off.evidence.map(({ role }) => role)],
      ['door-forced@door-main', 'door-main forced open', 1, ['lead']],
    );
    assert.deepEqual(
      [left.links?.at(-1), off.links],
      [{ type: 'split-into', incident: THIRD }, [{ type: 'split-from', incident: FIRST, events: [eventOf(lead(5, main))] }]],
    );
  });

  it('sends what happens next to the incident that it was split from, and the end to both', () => {
    const twice = [finding(lead(0)), finding(lead(5))];
    const { book } = run(...twice, action(splitOff(eventOf(lead(5))), 20), finding(lead(30)), finding(restore(40, false)));
    const [left, off] = incidentsOf(book);
    assert.deepEqual(
      left?.evidence.map(({ role }) => role),
      ['lead', 'repeat', 'restore'],
    );
    assert.deepEqual(
      off?.evidence.map(({ role }) => role),
      ['lead', 'restore'],
    );
    assert.deepEqual([left?.condition, off?.condition], ['normal', 'normal']);
  });

  it('leaves something that raised it on either side', () => {
    const codes = [splitOff(eventOf(lead(0))), splitOff('nothing')].map((step) => run(finding(lead(0)), action(step, 5)).last.refused?.code);
    assert.deepEqual(codes, ['not-possible', 'not-possible']);
  });

  it('is the same after a restart', () => {
    const { book } = run(...mergedTwo, action(splitOff(eventOf(lead(5, main))), 20));
    const again = bookFrom(incidentsOf(book));
    assert.deepEqual([...again.byKey.entries()], [...book.byKey.entries()]);
    assert.deepEqual(again.last, book.last);
  });
});
