import assert from 'node:assert/strict';
import { Desk } from '../../src/desk/desk.ts';
import type { LogLine } from '../../src/desk/schemas.ts';
import type { Incident } from '../../src/domain/incident.ts';

const line = (id: number): LogLine => ({ id, at: id, by: 'sallyport', text: `line ${id}` });
const incident = (id: string, over: Partial<Incident> = {}): Incident => ({
  id,
  key: `door-forced@${id}`,
  kind: 'door-forced',
  title: 'Door forced open',
  reason: 'because',
  priority: 1,
  priorityBecause: [],
  state: 'new',
  condition: 'active',
  point: 'door',
  areas: [],
  cameras: [],
  evidence: [],
  log: [],
  occurredAt: 0,
  openedAt: 0,
  revision: 1,
  ...over,
});

describe('desk', () => {
  it('gives a new console everything', () => {
    const desk = new Desk();
    desk.publish({ incidents: [incident('a')], log: [line(1)] });
    const [state, ...rest] = desk.since(undefined, undefined);
    assert.equal(state?.type, 'state');
    assert.deepEqual(
      state.incidents?.map(({ id }) => id),
      ['a'],
    );
    assert.deepEqual(rest, []);
  });

  it('gives a console that was away exactly what it missed', () => {
    const desk = new Desk();
    for (let id = 1; id <= 5; id += 1) desk.publish({ log: [line(id)] });
    const missed = desk.since(desk.epoch, 3);
    assert.deepEqual(
      missed.map(({ type, revision, log }) => [type, revision, log?.map(({ id }) => id)]),
      [
        ['changes', 4, [4]],
        ['changes', 5, [5]],
      ],
    );
    assert.deepEqual(desk.since(desk.epoch, 5), []);
  });

  it('gives a console that was too slow the latest of each thing that has changed, in one message', () => {
    const desk = new Desk();
    desk.publish({ incidents: [incident('a')], log: [line(1)] });
    const seen = desk.state().revision;
    desk.publish({ incidents: [incident('a', { priority: 3 }), incident('b')], health: { problems: ['the disk is full'], notStored: [] } });
    desk.publish({ incidents: [incident('a', { priority: 2 })], log: [line(2)] });
    const changes = desk.latestSince(seen);
    assert.deepEqual(
      changes.incidents?.map(({ id, priority }) => [id, priority]),
      [
        ['a', 2],
        ['b', 1],
      ],
    );
    assert.deepEqual(
      [changes.type, changes.revision, changes.health?.problems, changes.log?.map(({ id }) => id)],
      ['changes', 3, ['the disk is full'], [2]],
    );
  });

  it('gives everything again after a restart of the gateway, or when too much was missed', () => {
    const desk = new Desk();
    for (let id = 1; id <= 1100; id += 1) desk.publish({ log: [line(id)] });
    assert.equal(desk.since('another epoch', 1100)[0]?.type, 'state');
    assert.equal(desk.since(desk.epoch, 5)[0]?.type, 'state');
    assert.equal(desk.since(desk.epoch, 2000)[0]?.type, 'state');
  });

  it('keeps every open incident and only the latest of the closed ones', () => {
    const desk = new Desk();
    desk.publish({ incidents: [incident('open')] });
    for (let id = 0; id < 60; id += 1) desk.publish({ incidents: [incident(`closed-${id}`, { state: 'closed' })] });
    const kept = desk.state().incidents.map(({ id }) => id);
    assert.equal(kept.length, 51);
    assert(kept.includes('open'));
    assert(!kept.includes('closed-0'));
  });

  it('tells a console of each change until it leaves', () => {
    const desk = new Desk();
    const told: number[] = [];
    const leave = desk.subscribe(({ revision }) => told.push(revision));
    desk.publish({ log: [line(1)] });
    leave();
    desk.publish({ log: [line(2)] });
    assert.deepEqual(told, [1]);
  });
});
