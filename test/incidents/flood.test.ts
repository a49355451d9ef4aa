import assert from 'node:assert/strict';
import { defaultAlarmPolicy } from '../../src/domain/alarm-policy.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { afterOpening, floodAt, noFlood } from '../../src/incidents/flood.ts';
import { finding, held, measure } from './lab.ts';

const limits = defaultAlarmPolicy.flood;
const MINUTE = 60_000;
const every = (stepMs: number, count: number) => Array.from({ length: count }, (_, index) => index * stepMs);

describe('an alarm flood', () => {
  it('begins with more than 10 new incidents in 10 minutes', () => {
    assert.equal(every(MINUTE / 2, 10).reduce((flood, at) => afterOpening(flood, at, limits), noFlood).since, undefined);
    assert.equal(every(MINUTE / 2, 11).reduce((flood, at) => afterOpening(flood, at, limits), noFlood).since, 5 * MINUTE);
    assert.equal(every(MINUTE, 30).reduce((flood, at) => afterOpening(flood, at, limits), noFlood).since, undefined);
  });

  it('ends with fewer than 5 in 10 minutes', () => {
    const flood = every(MINUTE / 2, 11).reduce((before, at) => afterOpening(before, at, limits), noFlood);
    assert.equal(floodAt(flood, 12.9 * MINUTE, limits).since, 5 * MINUTE);
    assert.equal(floodAt(flood, 13 * MINUTE, limits).since, undefined);
  });

  it('is known after a restart, and does not count tests', () => {
    const held11 = Array.from({ length: 11 }, (_, index) => finding(held(index, { point: `door-${index}` })));
    const open = (first: Parameters<typeof apply>[1][]) => [...first, ...held11].reduce((book, input) => apply(book, input).book, bookFrom([]));
    const flooded = open([]);
    assert.notEqual(flooded.flood.since, undefined);
    assert.deepEqual(bookFrom(incidentsOf(flooded)).flood, flooded.flood);
    assert.equal(open([measure('on-test', { of: 'site' }, 0, 60)]).flood.since, undefined);
  });
});
