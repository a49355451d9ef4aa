import assert from 'node:assert/strict';
import { emptyView, openIncidents, reduce } from '../../src/console/store.ts';
import { device, door, forcedDoor, heldDoor, hello, quietState, T0 } from './canned.ts';

describe('the view of the desk', () => {
  const greeted = reduce(emptyView, hello('one', T0 + 5_000), T0);
  const quiet = reduce(greeted, quietState(T0), T0);

  it('learns from the hello how far the gateway clock is ahead', () => {
    assert.equal(greeted.clockOffsetMs, 5_000);
  });

  it('counts as up to date only once a state has come', () => {
    assert.equal(greeted.synced, undefined);
    assert.deepEqual(quiet.synced, { epoch: 'one', revision: 10 });
  });

  it('takes over what changed and keeps the rest', () => {
    const change = { doors: [door('door-main', T0, { physical: 'Open' })], devices: [device('ctl-main', T0, { state: 'offline' })] };
    const view = reduce(quiet, { type: 'changes', revision: 11, incidents: [forcedDoor(T0)], ...change }, T0);
    assert.equal(view.incidents.get('i1')?.title, 'Server room door forced open');
    assert.equal(view.doors.get('door-main')?.physical, 'Open');
    assert.equal(view.doors.get('door-gate')?.physical, 'Closed');
    assert.equal(view.devices.get('ctl-main')?.state, 'offline');
    assert.deepEqual(view.synced, { epoch: 'one', revision: 11 });
  });

  it('never replaces an incident by an older revision of it', () => {
    const newer = reduce(quiet, { type: 'changes', revision: 12, incidents: [forcedDoor(T0, { revision: 4, state: 'acknowledged' })] }, T0);
    const view = reduce(newer, { type: 'changes', revision: 13, incidents: [forcedDoor(T0, { revision: 3 })] }, T0);
    assert.equal(view.incidents.get('i1')?.state, 'acknowledged');
  });

  it('forgets everything that a new state does not have', () => {
    const busy = reduce(quiet, { type: 'changes', revision: 11, incidents: [forcedDoor(T0)] }, T0);
    assert.equal(reduce(busy, quietState(T0), T0).incidents.size, 0);
  });

  it('keeps what is on the screen at the hello of another epoch until its state arrives', () => {
    const busy = reduce(quiet, { type: 'changes', revision: 11, incidents: [forcedDoor(T0)] }, T0);
    const restarted = reduce(busy, hello('two', T0), T0);
    assert.equal(restarted.incidents.size, 1);
    assert.equal(restarted.synced?.epoch, 'one');
  });

  it('adds a log line once, however often it is sent', () => {
    const line = { id: 3, at: T0, by: 'dana', text: 'acknowledged' };
    const once = reduce(quiet, { type: 'changes', revision: 11, log: [line] }, T0);
    const twice = reduce(once, { type: 'changes', revision: 12, log: [line, { ...line, id: 4 }] }, T0);
    assert.deepEqual(
      twice.log.map(({ id }) => id),
      [1, 2, 3, 4],
    );
  });

  it('does not pile up closed incidents and log lines over the weeks', () => {
    let view = quiet;
    for (let index = 0; index < 300; index += 1) {
      const incidents = [forcedDoor(T0, { id: `c${index}`, state: 'closed', closedAt: T0 + index })];
      view = reduce(view, { type: 'changes', revision: 11 + index, incidents, log: [{ id: 100 + index, at: T0, by: 'dana', text: 'closed' }] }, T0);
    }
    assert.ok(view.incidents.size <= 30);
    assert.ok(view.incidents.has('c299'));
    assert.ok(view.log.length <= 200);
  });

  it('orders the queue by urgency, then by age, and leaves out what is closed', () => {
    const incidents = [
      heldDoor(T0, { id: 'low' }),
      forcedDoor(T0 + 2, { id: 'late' }),
      forcedDoor(T0 + 1, { id: 'early' }),
      forcedDoor(T0, { id: 'over', state: 'closed' }),
    ];
    const ids = openIncidents(new Map(incidents.map((incident) => [incident.id, incident]))).map(({ id }) => id);
    assert.deepEqual(ids, ['early', 'late', 'low']);
  });
});
