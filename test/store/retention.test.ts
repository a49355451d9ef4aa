import assert from 'node:assert/strict';
import { defaultRetention } from '../../src/domain/retention.ts';
import { Journal } from '../../src/intake/journal.ts';
import type { Unjournalled } from '../../src/intake/journal.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { Retention } from '../../src/store/retention.ts';
import { ManualClock } from '../support/manual-clock.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('retention', () => {
  let store: Store;
  let clock: ManualClock;
  let journal: Journal;
  beforeEach(() => {
    store = openStore(':memory:');
    clock = new ManualClock();
    journal = new Journal(store);
  });
  afterEach(() => store.close());

  function event(id: string, daysAgo: number, more: Partial<Unjournalled> = {}): void {
    const at = clock.now() - daysAgo * DAY_MS;
    journal.append([{ id, kind: 'door.open', point: 'door', phase: 'raised', device: 'dev', receivedAt: at, eventAt: at, details: {}, ...more }]);
  }

  function incident(id: string, state: string, daysAgo: number, more: object = {}): void {
    const at = clock.now() - daysAgo * DAY_MS;
    store
      .prepare('INSERT INTO incident (id, state, opened_at, closed_at, incident) VALUES (?, ?, ?, ?, ?)')
      .run(id, state, at, state === 'closed' ? at : null, JSON.stringify(more));
  }

  const accountedFor = (seq: number) => store.prepare('INSERT INTO book_position (one, seq) VALUES (1, ?)').run(seq);
  const pruned = () => {
    const retention = new Retention(store, clock, defaultRetention);
    let all = 0;
    for (let deleted = retention.look(0); deleted > 0; deleted = retention.look(0)) all += deleted;
    return all;
  };
  const events = () => journal.read({ limit: 5000 }).map(({ id }) => id);
  const ids = (table: string) => (store.prepare(`SELECT id FROM ${table} ORDER BY id`).all() as { id: string | number }[]).map(({ id }) => id);

  it('deletes events beyond their days, but never the latest of each kind at each point', () => {
    event('old', 100);
    event('latest of its point', 100, { point: 'other' });
    event('latest of its kind', 100, { kind: 'door.unlocked' });
    event('armed, one', 100, { kind: 'panel.armed', details: { partition: '1' } });
    event('armed, two', 100, { kind: 'panel.armed', details: { partition: '2' } });
    event('no signal', 100, { kind: 'video.lost', details: { cause: 'no signal' } });
    event('no picture', 100, { kind: 'video.lost', details: { reason: 'stalled' } });
    event('young', 10);
    accountedFor(99);
    assert.equal(pruned(), 1);
    assert.deepEqual(events(), ['latest of its point', 'latest of its kind', 'armed, one', 'armed, two', 'no signal', 'no picture', 'young']);
  });

  it('keeps the events of open incidents, and those that the book has not accounted for', () => {
    event('evidence', 100);
    event('of nothing', 100);
    event('not accounted for', 100);
    event('young', 1);
    incident('2026-000001', 'new', 100, { evidence: [{ event: 'evidence' }] });
    accountedFor(2);
    pruned();
    assert.deepEqual(events(), ['evidence', 'not accounted for', 'young']);
  });

  it('deletes closed incidents beyond their days, except what an open one is linked with and the latest identifier', () => {
    incident('2025-000001', 'closed', 400);
    incident('2025-000002', 'closed', 400);
    incident('2025-000003', 'on-hold', 400, { evidence: [], links: [{ type: 'merged-from', incident: '2025-000002' }] });
    incident('2025-000004', 'closed', 30);
    incident('2025-000005', 'closed', 500);
    pruned();
    assert.deepEqual(ids('incident'), ['2025-000002', '2025-000003', '2025-000004', '2025-000005']);
  });

  it('deletes measures that ended long ago, never those in force, and gives no number twice', () => {
    const incidents = new IncidentStore(store);
    const measure = (number: number, endedDaysAgo?: number) => {
      const endedAt = endedDaysAgo === undefined ? {} : { endedAt: clock.now() - endedDaysAgo * DAY_MS };
      const base = {
        id: `m${number}`,
        type: 'shelved',
        target: { of: 'kind', point: 'door', kind: 'held' },
        reason: 'it chatters',
        by: 'sallyport',
      } as const;
      incidents.save([], 0, [{ ...base, from: 1, until: 2, ...endedAt }]);
    };
    for (const number of [1, 2, 3, 8]) measure(number, 400);
    measure(9);
    measure(10, 30);
    measure(11, 400);
    assert.equal(pruned(), 4);
    assert.deepEqual(ids('measure'), ['m10', 'm11', 'm9']);
    assert.equal(incidents.lastMeasure(), 11);
    assert.deepEqual(
      incidents.measures().map(({ id }) => id),
      ['m9'],
    );
  });

  it('deletes lines of the log beyond their days, except those of open incidents', () => {
    incident('2025-000003', 'new', 400, { evidence: [] });
    const line = store.prepare("INSERT INTO log (id, at, by, text, incident) VALUES (?, ?, 'x', 'y', ?)");
    line.run(1, clock.now() - 400 * DAY_MS, null);
    line.run(2, clock.now() - 400 * DAY_MS, '2025-000003');
    line.run(3, clock.now() - 400 * DAY_MS, '2025-000001');
    line.run(4, clock.now(), null);
    pruned();
    assert.deepEqual(ids('log'), [2, 4]);
  });

  it('deletes procedures, escalations and messages with their incident, and keeps those of one that is not stored yet', () => {
    incident('2025-000002', 'new', 500, { evidence: [] });
    incident('2025-000004', 'closed', 1);
    const run = store.prepare("INSERT INTO procedure_run (incident, run) VALUES (?, '{}')");
    const escalation = store.prepare("INSERT INTO escalation (incident, escalation) VALUES (?, '{}')");
    const message = store.prepare(
      "INSERT INTO outbox (id, incident, contact, body, created_at, next_at, attempts, state) VALUES (?, ?, 'Leader', '{}', ?, 0, 1, 'delivered')",
    );
    for (const id of ['2025-000001', '2025-000002', '2025-000005']) {
      run.run(id);
      escalation.run(id);
      message.run(`old ${id}`, id, clock.now() - 500 * DAY_MS);
      message.run(`young ${id}`, id, clock.now());
    }
    pruned();
    const left = (table: string) => (store.prepare(`SELECT incident FROM ${table}`).all() as { incident: string }[]).map((each) => each.incident);
    assert.deepEqual(left('procedure_run'), ['2025-000002', '2025-000005']);
    assert.deepEqual(left('escalation'), ['2025-000002', '2025-000005']);
    assert.deepEqual(ids('outbox'), ['old 2025-000002', 'young 2025-000001', 'young 2025-000002', 'young 2025-000005']);
  });

  it('deletes a little at a time, waits while signals come in, and rests for an hour when it is through', () => {
    for (let index = 0; index < 1200; index += 1) event(`e${index}`, 100);
    accountedFor(9999);
    const retention = new Retention(store, clock, defaultRetention);
    assert.equal(retention.look(1), 0);
    assert.equal(retention.look(2), 0);
    assert.deepEqual([retention.look(2), retention.look(2), retention.look(2), retention.look(2)], [500, 500, 199, 0]);
    event('later', 99);
    assert.equal(retention.look(2), 0);
    clock.advance(60 * 60 * 1000);
    assert.equal(retention.look(2), 1);
  });

  it('goes on at last on a site that is never quiet', () => {
    event('old', 100);
    event('young', 1);
    accountedFor(9999);
    const retention = new Retention(store, clock, defaultRetention);
    const deleted = Array.from({ length: 40 }, (_, signals) => retention.look(signals + 1));
    assert.equal(deleted.filter((rows) => rows > 0).length, 1);
  });
});
