import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { queueRows } from '../../src/console/queue-rows.ts';
import { isCritical } from '../../src/domain/critical.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { forcedDoor, heldDoor, T0 } from './canned.ts';

const lead = heldDoor(T0).evidence[0]!;
const held = (id: string, kind = 'door-held'): Incident => heldDoor(T0, { id, kind, evidence: [{ ...lead, kind: 'door.held' }] });
const none = new Set<string>();
const shapes = (rows: ReturnType<typeof queueRows>) =>
  rows.map((row) => (row.type === 'group' ? `${row.incidents.length} × ${row.kind}` : row.incident.id));

describe('the rows of the queue', () => {
  it('are single incidents while there is no flood', () => {
    assert.deepEqual(shapes(queueRows([held('a'), held('b')], false, none, [])), ['a', 'b']);
  });

  it('group one kind in a flood, and unfold it where the dispatcher wants', () => {
    const open = [forcedDoor(T0), held('a'), held('b'), held('c', 'door-jammed')];
    assert.deepEqual(shapes(queueRows(open, true, none, [])), ['i1', '2 × door-held', 'c']);
    assert.deepEqual(shapes(queueRows(open, true, new Set(['door-held']), [])), ['i1', '2 × door-held', 'a', 'b', 'c']);
  });

  it('never group what is in focus', () => {
    assert.deepEqual(shapes(queueRows([held('a'), held('b'), held('c')], true, none, ['b'])), ['2 × door-held', 'b']);
  });

  it('show every incident once, and each that is critical singly, whatever comes', () => {
    const incident = fc
      .tuple(fc.constantFrom('door-held', 'door-forced', 'tamper'), fc.constantFrom('door.held', 'panic.alarm', 'tamper'), fc.constantFrom(1, 3, 4))
      .map(([kind, event, priority]) => ({ kind, priority, evidence: [{ ...lead, kind: event }] }));
    fc.assert(
      fc.property(fc.array(incident, { maxLength: 30 }), fc.boolean(), fc.subarray(['door-held', 'tamper']), (changes, flood, unfolded) => {
        const open = changes.map((change, index) => heldDoor(T0, { ...change, id: `i${index}` }));
        const rows = queueRows(open, flood, new Set(unfolded), []);
        const single = rows.flatMap((row) => (row.type === 'incident' ? [row.incident.id] : []));
        const grouped = rows.flatMap((row) => (row.type === 'group' && !row.unfolded ? row.incidents.map(({ id }) => id) : []));
        assert.deepEqual([...single, ...grouped].sort(), open.map(({ id }) => id).sort());
        for (const each of open) if (isCritical(each)) assert.ok(single.includes(each.id));
      }),
    );
  });
});
