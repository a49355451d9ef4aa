import assert from 'node:assert/strict';
import type { AreaCriticality } from '../../src/domain/alarm-policy.ts';
import type { Finding } from '../../src/domain/incident.ts';
import { apply, bookFrom, incidentsOf } from '../../src/incidents/book.ts';
import { finding, held, lead } from './lab.ts';

function open(criticality: AreaCriticality, ...findings: Finding[]) {
  const [innermost = ''] = findings[0]!.event.place.areas;
  const site = { areas: [{ id: innermost, name: 'Vault', criticality }] };
  const book = findings.reduce((before, found) => apply(before, finding(found)).book, bookFrom([], { site }));
  return incidentsOf(book)[0]!;
}

describe('the criticality of an area', () => {
  it('makes its incidents one step more urgent, and says so', () => {
    assert.deepEqual(open('high', lead(0, { priority: 3 })).priorityBecause, [
      { priority: 3, because: 'door-server reports that it was forced open' },
      { priority: 2, because: 'Vault is an area of high criticality: 1 step more urgent' },
    ]);
  });

  it('makes them one step less urgent where it is low, but nothing that is critical', () => {
    assert.equal(open('low', held(0, { point: 'door-server' })).priority, 4);
    assert.equal(open('low', lead(0)).priority, 2);
  });

  it('counts once, however often the same is found', () => {
    assert.equal(open('high', lead(0, { priority: 3 }), lead(1, { priority: 3 }), lead(2, { priority: 3 })).priority, 2);
    assert.equal(open('low', held(0, { point: 'door-server' }), held(1, { point: 'door-server' })).priority, 4);
  });

  it('changes nothing where it is normal', () => {
    assert.equal(open('normal', lead(0, { priority: 3 })).priorityBecause.length, 1);
  });
});
