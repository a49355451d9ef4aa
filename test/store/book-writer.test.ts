import assert from 'node:assert/strict';
import { pino } from 'pino';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { BookWriter } from '../../src/store/book-writer.ts';
import type { AlarmState } from '../../src/store/book-writer.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { acknowledge, action, finding, held, lead, measure, NOON, tick } from '../incidents/lab.ts';
import { until } from '../support/until.ts';

describe('the book’s writer', () => {
  let store: Store;
  const writer = () => new BookWriter(new IncidentStore(store), NOON - 3_600_000, pino({ level: 'silent' }));
  const heldMain = { of: 'kind', point: 'door-main', kind: 'door-held' } as const;
  beforeEach(() => (store = openStore(':memory:')));
  afterEach(() => store.close());

  it('keeps measures over a restart, and tells of their beginning and end', () => {
    const first = writer();
    first.apply(finding(held(0)));
    first.apply(measure('shelved', heldMain, 1, 601));
    first.flush();
    const again = writer();
    const told: AlarmState[] = [];
    again.alarms.subscribe((state) => told.push(state));
    assert.equal(again.incidents.get('2026-000001')?.suppressed?.measure, 'm1');
    again.apply(tick(601));
    again.flush();
    assert.deepEqual(
      told.map(({ measures }) => measures.length),
      [1, 0],
    );
    assert.equal(again.incidents.get('2026-000001')?.suppressed, undefined);
    assert.deepEqual(writer().alarmState.measures, []);
  });

  it('holds what was recorded of an incident while that, or one that took its evidence, is open', () => {
    const book = writer();
    book.apply(finding(held(0)));
    book.apply(finding(lead(1)));
    const [first = '', second = ''] = [...book.incidents.keys()];
    book.apply(action({ action: 'merge', into: second }, 2, 'ann', first));
    assert.equal(book.incidents.get(first)?.state, 'closed');
    assert.deepEqual(
      [first, second, '2025-000001'].map((id) => book.holds(id)),
      [true, true, false],
    );
    book.apply(action(acknowledge, 3, 'ann', second));
    book.apply(action({ action: 'close', disposition: 'actual', note: 'x' }, 4, 'ann', second, 9));
    assert.deepEqual(
      [first, second].map((id) => book.holds(id)),
      [false, false],
    );
  });

  it('gives no measure the identifier of one that has ended', () => {
    const first = writer();
    first.apply(measure('shelved', heldMain, 1, 10));
    first.apply(tick(10));
    first.flush();
    assert.deepEqual(
      writer()
        .take(measure('shelved', heldMain, 20, 30))
        .measures.map(({ id }) => id),
      ['m2'],
    );
  });

  it('tells of a flood when it begins and when it ends', () => {
    const book = writer();
    const told: boolean[] = [];
    book.alarms.subscribe(({ flood }) => told.push(flood !== undefined));
    for (let index = 0; index < 11; index += 1) book.apply(finding(held(index, { point: `door-${index}` })));
    book.flush();
    book.apply(tick(700));
    book.flush();
    assert.deepEqual(told, [false, true, false]);
  });

  it('stores and tells in a flood what is most urgent first, and of what only got evidence a little at a time', async () => {
    const book = writer();
    for (let index = 0; index < 50; index += 1) book.apply(finding(held(index, { point: `door-${index}` })));
    book.flush();
    const told: string[][] = [];
    book.changes.subscribe((changes) => told.push(changes.map(({ incident }) => incident.point)));
    book.reached(7);
    for (let index = 0; index < 50; index += 1) book.apply(finding(held(60 + index, { point: `door-${index}` })));
    book.apply(finding(lead(120, { point: 'late', priority: 1 })));
    await Promise.resolve();
    assert.equal(told.length, 1);
    assert.equal(told[0]?.[0], 'late');
    assert.ok((told[0]?.length ?? 0) < 50);
    assert.equal(new IncidentStore(store).position(), 0);
    await until('everything is told', () => told.flat().length === 51);
    assert.equal(new IncidentStore(store).position(), 7);
  });

  it('opens a thousand incidents with little work for each', () => {
    const book = writer();
    for (let index = 0; index < 1000; index += 1) book.apply(finding(held(index, { point: `door-${index}` })));
    book.flush();
    assert.equal(book.incidents.size, 1000);
    assert.equal(new IncidentStore(store).recent(0).length, 1000);
  });
});
