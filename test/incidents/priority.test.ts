import assert from 'node:assert/strict';
import { finding, lead, run, support } from './lab.ts';

describe('the priority of an incident', () => {
  it('is the one of the rule that opened it', () => {
    assert.equal(run(finding(lead(0, { priority: 4 }))).incident.priority, 4);
  });

  it('rises by the steps of what strengthens it, and says so line by line', () => {
    const { incident } = run(finding(lead(0, { priority: 4 })), finding(support(1, 1)), finding(support(2, 2, { rule: 'second-zone' })));
    assert.equal(incident.priority, 1);
    assert.deepEqual(incident.priorityBecause, [
      { priority: 4, because: 'door-server reports that it was forced open' },
      { priority: 3, because: 'Server room camera sees motion: 1 step more urgent' },
      { priority: 1, because: 'Server room camera sees motion: 2 steps more urgent' },
    ]);
  });

  it('rises only once for each rule, though all of its evidence is kept', () => {
    const { incident } = run(finding(lead(0, { priority: 4 })), finding(support(1, 1)), finding(support(2, 1)));
    assert.equal(incident.priority, 3);
    assert.equal(incident.evidence.length, 3);
  });

  it('never rises beyond 1, and says how many steps were left', () => {
    const { incident } = run(finding(lead(0, { priority: 2 })), finding(support(1, 4)), finding(support(2, 1, { rule: 'second-zone' })));
    assert.equal(incident.priority, 1);
    assert.deepEqual(
      incident.priorityBecause.map(({ priority }) => priority),
      [2, 1],
    );
  });

  it('does not change by evidence that raises it by nothing', () => {
    const { incident } = run(finding(lead(0)), finding(support(1, 0)));
    assert.equal(incident.priorityBecause.length, 1);
  });

  it('is that of a more urgent lead of the same key, and does not sink with a less urgent one', () => {
    const { incident } = run(
      finding(lead(0, { priority: 3 })),
      finding(lead(1, { priority: 1, rule: 'other' })),
      finding(lead(2, { priority: 5, rule: 'another' })),
    );
    assert.equal(incident.priority, 1);
  });

  it('stands in the log when it changes', () => {
    const { incident } = run(finding(lead(0)), finding(support(1, 1)));
    assert.deepEqual([incident.log.at(-1)?.by, incident.log.at(-1)?.what], ['sallyport', 'raised the priority from 2 to 1']);
  });
});
