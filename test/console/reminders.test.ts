import assert from 'node:assert/strict';
import { reminded } from '../../src/console/reminders.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { GATEWAY } from '../../src/incidents/life-cycle.ts';
import { finding, lead, run } from '../incidents/lab.ts';

const { incident } = run(finding(lead(0)));
const reminder = { at: 1, by: GATEWAY, what: 'reminds: nobody has acknowledged it within 30 s' };
const logged = (lines: Incident['log'], over: Partial<Incident> = {}): Incident => ({ ...incident, ...over, log: [...incident.log, ...lines] });
const desk = (...incidents: Incident[]) => new Map(incidents.map((each) => [each.id, each]));
const ids = (before: ReadonlyMap<string, Incident>, now: ReadonlyMap<string, Incident>) => reminded(before, now).map(({ id }) => id);

describe('reminders of incidents that nobody acknowledges', () => {
  it('sound once each, most urgent first', () => {
    const low = logged([], { id: 'low', priority: 4 });
    const before = desk(low, incident);
    const now = desk(logged([reminder], { id: 'low', priority: 4 }), logged([reminder]));
    assert.deepEqual(ids(before, now), [incident.id, 'low']);
    assert.deepEqual(ids(now, now), []);
    assert.deepEqual(ids(now, desk(logged([reminder, { at: 2, by: 'ann', what: 'noted' }]))), []);
    assert.deepEqual(ids(desk(logged([reminder])), desk(logged([reminder, { ...reminder, at: 2 }]))), [incident.id]);
  });

  it('are silent for what somebody has acknowledged, for what others write, and for what a console reads when it starts', () => {
    assert.deepEqual(ids(desk(incident), desk(logged([reminder], { state: 'acknowledged' }))), []);
    assert.deepEqual(ids(desk(incident), desk(logged([{ at: 1, by: 'ann', what: 'noted', note: reminder.what }]))), []);
    assert.deepEqual(ids(desk(), desk(logged([reminder]))), []);
  });
});
