import assert from 'node:assert/strict';
import type { Incident } from '../../src/domain/incident.ts';
import type { DoorCommandRecord } from '../../src/incidents/actions.ts';
import { apply, bookFrom, CLOSED_KEPT_MS } from '../../src/incidents/book.ts';
import { MOST_EVIDENCE } from '../../src/incidents/evidence.ts';
import { MOST_LINES } from '../../src/incidents/log.ts';
import { acknowledge, action, close, finding, lead, NOON, restore, run, support } from './lab.ts';

const roles = ({ evidence }: Incident) => evidence.map(({ role }) => role);

describe('the incident book', () => {
  it('opens an incident that says what, why and where', () => {
    const { incident } = run(finding(lead(0)));
    assert.equal(incident.id, '2026-000001');
    assert.equal(incident.title, 'door-server forced open');
    assert.equal(incident.reason, 'door-server reports that it was forced open');
    assert.deepEqual([incident.areas, incident.door, incident.cameras], [['server-room', 'campus'], 'door-server', ['cam-server']]);
    assert.deepEqual(incident.priorityBecause, [{ priority: 2, because: incident.reason }]);
    assert.deepEqual([incident.state, incident.condition, incident.revision], ['new', 'active', 1]);
  });

  it('attaches a further lead of the same key as a repeat', () => {
    const { book, incident } = run(finding(lead(0)), finding(lead(1, { rule: 'door-forced-inferred' })));
    assert.equal(book.incidents.size, 1);
    assert.deepEqual(roles(incident), ['lead', 'repeat']);
    assert.equal(incident.revision, 2);
  });

  it('changes nothing when a finding comes twice', () => {
    for (const found of [lead(0), lead(5), support(6, 1), restore(7, true)]) {
      const { book } = run(finding(lead(0)), finding(found));
      const again = apply(book, finding(found));
      assert.deepEqual(again.changed, []);
      assert.equal(again.book, book);
    }
  });

  it('knows the findings of a closed incident', () => {
    const { book } = run(finding(lead(0)), action(acknowledge, 1), action(close, 2));
    assert.deepEqual(apply(book, finding(lead(0))).changed, []);
  });

  it('makes nothing of support or an end without an incident', () => {
    const book = bookFrom([]);
    assert.deepEqual(apply(book, finding(support(0, 1))), { book, changed: [] });
    assert.deepEqual(apply(book, finding(restore(0, true))), { book, changed: [] });
  });

  it('is active until every rule that led has been restored', () => {
    const inferred = { rule: 'door-forced-inferred' };
    const leads = [finding(lead(0)), finding(lead(1, inferred))];
    assert.equal(run(...leads, finding(restore(2, false, inferred))).incident.condition, 'active');
    assert.equal(run(...leads, finding(restore(2, false, inferred)), finding(restore(3, false))).incident.condition, 'normal');
  });

  it('does not take an end for the end of something that began after it', () => {
    const { incident } = run(finding(lead(0)), finding(lead(10)), finding(restore(5, true)));
    assert.equal(incident.condition, 'active');
  });

  it('resolves what was taken back, unless another rule found the same', () => {
    const inferred = lead(0, { rule: 'door-forced-inferred' });
    const takenBack = { ...restore(0, true, { rule: inferred.rule }), event: inferred.event };
    assert.equal(run(finding(inferred), finding(takenBack)).incident.state, 'resolved');
    const { incident } = run(finding(inferred), finding(lead(1)), finding(restore(2, false)), finding(takenBack));
    assert.deepEqual([incident.state, incident.condition], ['new', 'normal']);
  });

  it('resolves what was taken back after it was over', () => {
    const shut = restore(1, false);
    const takenBack = { ...restore(0, true), event: lead(0).event };
    const { incident } = run(finding(lead(0)), finding(shut), finding(takenBack));
    assert.deepEqual([incident.state, incident.condition], ['resolved', 'normal']);
  });

  it('does not resolve an earlier alarm because a later one was taken back', () => {
    const takenBack = { ...restore(10, true), event: lead(10).event };
    const { incident } = run(finding(lead(0)), finding(restore(1, false)), finding(lead(10)), finding(takenBack));
    assert.deepEqual([incident.state, incident.condition], ['new', 'normal']);
  });

  it('knows that an earlier alarm was over, though that was told after a later one which is taken back', () => {
    const takenBack = { ...restore(10, true), event: lead(10).event };
    const { incident } = run(finding(lead(0)), finding(lead(10)), finding(restore(5, false)), finding(takenBack));
    assert.deepEqual([incident.state, incident.condition], ['new', 'normal']);
  });

  it('stands while an earlier alarm stands, although a later one was taken back', () => {
    const takenBack = { ...restore(10, true), event: lead(10).event };
    const { incident } = run(finding(lead(0)), finding(lead(10)), finding(takenBack));
    assert.deepEqual([incident.state, incident.condition], ['new', 'active']);
  });

  it('records a door command and its outcome', () => {
    const record: DoorCommandRecord = {
      incident: '2026-000001',
      doorName: 'Server room door',
      command: 'unlock',
      by: 'ann',
      at: NOON + 5000,
      outcome: { ok: true },
    };
    const failed: DoorCommandRecord = { ...record, outcome: { ok: false, reason: 'no answer' } };
    const { incident } = run(finding(lead(0)), { type: 'record', record }, { type: 'record', record: failed });
    assert.deepEqual(
      incident.log.slice(1).map(({ by, what }) => `${by}: ${what}`),
      ['ann: unlocked Server room door', 'ann: unlock of Server room door failed: no answer'],
    );
  });

  it('numbers on after a restart, and starts each year at 1', () => {
    const stored = { ...run(finding(lead(0))).incident, id: '2026-000123' };
    assert.deepEqual(ids(apply(bookFrom([stored]), finding(lead(1, { point: 'door-main' })))), ['2026-000124']);
    assert.deepEqual(ids(apply(bookFrom([], { lastId: '2026-000123' }), finding(lead(1)))), ['2026-000124']);
    assert.deepEqual(ids(apply(bookFrom([stored]), finding(lead(366 * 86_400, { point: 'door-main' })))), ['2027-000001']);
    assert.deepEqual(ids(apply(bookFrom([], { lastId: '2027-000004' }), finding(lead(1)))), ['2027-000005']);
  });

  it('forgets what was closed long ago and nothing else', () => {
    const { book } = run(finding(lead(0)), finding(lead(0, { point: 'door-main' })), action(acknowledge, 1), action(close, 2));
    const soon = apply(book, { type: 'tick', at: NOON + CLOSED_KEPT_MS });
    assert.equal(soon.book.incidents, book.incidents);
    const later = apply(book, { type: 'tick', at: NOON + 2000 + CLOSED_KEPT_MS });
    assert.deepEqual([...later.book.incidents.keys()], ['2026-000002']);
    assert.deepEqual([...later.book.byKey.keys()], ['door-forced@door-main']);
  });

  describe('with a flapping contact', () => {
    const flapping = Array.from({ length: 500 }, (_, index) => finding(index % 2 === 0 ? lead(index) : restore(index, true)));
    const { book, incident } = run(...flapping, finding(support(501, 1)));

    it('keeps bounded evidence with what opened the incident', () => {
      assert.equal(incident.evidence.length, MOST_EVIDENCE);
      assert.equal(incident.evidence[0]?.role, 'lead');
      assert.equal(incident.evidence.at(-1)?.role, 'support');
    });

    it('keeps a bounded log with what people did', () => {
      const more = Array.from({ length: 600 }, (_, index) => finding(index % 2 === 0 ? lead(index) : restore(index, true)));
      const { incident: long } = run(finding(lead(-1)), action({ action: 'note', note: 'seen' }, -1), ...more);
      assert.equal(long.log.length, MOST_LINES);
      assert.deepEqual([long.log[0]?.what, long.log[1]?.note], ['opened', 'seen']);
    });

    it('knows the findings whose evidence was dropped', () => {
      assert.deepEqual(apply(book, finding(lead(10))).changed, []);
      assert.deepEqual(apply(bookFrom([incident]), finding(lead(10))).changed, []);
    });

    it('still knows what stands and which rules have counted', () => {
      const more = Array.from({ length: 300 }, (_, index) => finding(lead(600 + index, { rule: 'door-forced-inferred' })));
      const { incident: long } = run(
        finding(lead(0)),
        finding(support(1, 1)),
        ...more,
        finding(support(2000, 1)),
        finding(restore(2001, true, { rule: 'door-forced-inferred' })),
      );
      assert.equal(long.priority, 1);
      assert.equal(long.priorityBecause.length, 2);
      assert.equal(long.condition, 'active');
    });
  });
});

function ids({ changed }: ReturnType<typeof apply>): string[] {
  return changed.map(({ id }) => id);
}
