import assert from 'node:assert/strict';
import type { Focus } from '../../src/console/focus-policy.ts';
import { arrivals, focusAfter, focusOn, noFocus } from '../../src/console/focus-policy.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { forcedDoor, heldDoor, T0 } from './canned.ts';

const of = (...incidents: Incident[]) => new Map(incidents.map((incident) => [incident.id, incident]));
const high = forcedDoor(T0, { id: 'high', priority: 2 });
const medium = heldDoor(T0, { id: 'medium', priority: 3 });
const on = (incident: Incident): Focus => focusAfter(noFocus, of(incident), false);

describe('the focus', () => {
  it('goes to an incident by itself when nothing is in focus', () => {
    assert.equal(focusAfter(noFocus, of(medium), false).incident, 'medium');
  });

  it('starts with the most urgent one, even if all are acknowledged', () => {
    const incidents = of({ ...medium, state: 'acknowledged' }, { ...high, state: 'in-progress' });
    assert.equal(focusAfter(noFocus, incidents, false).incident, 'high');
  });

  it('leaves a less urgent incident for a more urgent one, and knows the way back', () => {
    const focus = focusAfter(on(medium), of(medium, high), false);
    assert.equal(focus.incident, 'high');
    assert.equal(focus.back, 'medium');
  });

  it('never leaves an unacknowledged incident for one that is not more urgent', () => {
    const focus = focusAfter(on(high), of(high, medium), false);
    assert.equal(focus.incident, 'high');
    assert.equal(focus.waiting, 'medium');
  });

  it('leaves an acknowledged incident for a new one that is as urgent', () => {
    const acknowledged: Incident = { ...high, state: 'acknowledged' };
    const focus = focusAfter(on(high), of(acknowledged, forcedDoor(T0, { id: 'other', priority: 2 })), false);
    assert.equal(focus.incident, 'other');
  });

  it('stays with an incident that is worked on when something unimportant comes in', () => {
    const focus = focusAfter(on(high), of({ ...high, state: 'in-progress' }, medium), false);
    assert.equal(focus.incident, 'high');
    assert.equal(focus.waiting, 'medium');
  });

  it('stays with what was looked up on the shelf, until that is closed elsewhere or something urgent comes in', () => {
    const shelved: Incident = { ...medium, suppressed: { type: 'shelved', because: 'Movers' } };
    const looking = focusAfter(focusOn(on(high), 'medium'), of({ ...high, state: 'acknowledged' }, shelved), false);
    assert.equal(looking.incident, 'medium');
    assert.equal(focusAfter(looking, of(shelved), false).incident, 'medium');
    assert.equal(focusAfter(looking, of({ ...high, id: 'panic', priority: 1 }, shelved), false).incident, 'panic');
  });

  it('goes on from an incident that is shelved while it is in focus, once the dialog is closed', () => {
    const shelved: Incident = { ...medium, suppressed: { type: 'shelved', because: 'Movers' } };
    const typing = focusAfter(on(medium), of(shelved, { ...high, state: 'acknowledged' }), true);
    assert.equal(typing.incident, 'medium');
    assert.equal(focusAfter(typing, of(shelved, { ...high, state: 'acknowledged' }), false).incident, 'high');
  });

  it('leaves a resolved incident for any new one', () => {
    assert.equal(focusAfter(on(high), of({ ...high, state: 'resolved' }, medium), false).incident, 'medium');
  });

  it('never moves while the dispatcher types, but says what waits', () => {
    const focus = focusAfter(on(medium), of(medium, high), true);
    assert.equal(focus.incident, 'medium');
    assert.equal(focus.waiting, 'high');
  });

  it('names the most urgent of several that wait', () => {
    const first = focusAfter(on(high), of(high, medium), true);
    const critical = forcedDoor(T0, { id: 'critical', priority: 1 });
    const second = focusAfter(first, of(high, medium, critical), true);
    const third = focusAfter(second, of(high, medium, critical, heldDoor(T0, { id: 'more' })), true);
    assert.equal(third.waiting, 'critical');
  });

  it('stops saying that an incident waits once somebody has acknowledged it', () => {
    const waiting = focusAfter(on(high), of(high, medium), false);
    assert.equal(focusAfter(waiting, of(high, { ...medium, state: 'acknowledged' }), false).waiting, undefined);
  });

  it('stops saying that an incident waits once the dispatcher looks at it', () => {
    const waiting = focusAfter(on(high), of(high, medium), false);
    assert.equal(focusOn(waiting, 'medium').waiting, undefined);
  });

  it('goes to the one that waits, else to the next of the queue, when the incident in focus is closed', () => {
    const waiting = focusAfter(on(high), of(high, medium), false);
    assert.equal(focusAfter(waiting, of({ ...high, state: 'closed' }, medium), false).incident, 'medium');
    assert.equal(focusAfter(on(high), of({ ...high, state: 'closed' }), false).incident, undefined);
  });

  it('keeps a closed incident in view until the dispatcher has stopped typing', () => {
    const closed = of({ ...high, state: 'closed' as const }, medium);
    const typing = focusAfter(on(high), closed, true);
    assert.equal(typing.incident, 'high');
    assert.equal(focusAfter(typing, closed, false).incident, 'medium');
  });

  it('treats an incident that became more urgent like a new one', () => {
    const waiting = focusAfter(on(high), of(high, medium), false);
    const raised = of(high, { ...medium, priority: 1 as const });
    assert.deepEqual(
      arrivals(waiting.known, raised).map(({ id }) => id),
      ['medium'],
    );
    assert.equal(focusAfter(waiting, raised, false).incident, 'medium');
  });

  it('treats an incident that was raised again after somebody had taken it like a new one', () => {
    const taken = focusAfter(on(high), of(high, { ...medium, state: 'resolved' }), false);
    assert.equal(focusAfter(taken, of(high, medium), false).waiting, 'medium');
  });

  it('stays where the dispatcher has put it when nothing new comes in', () => {
    const chosen = focusOn(focusAfter(on(high), of(high, medium), false), 'medium');
    assert.equal(focusAfter(chosen, of(high, { ...medium, revision: 2 }), false).incident, 'medium');
    const overview = focusOn(chosen, undefined);
    assert.equal(focusAfter(overview, of(high, { ...medium, revision: 2 }), false).incident, undefined);
  });
});
