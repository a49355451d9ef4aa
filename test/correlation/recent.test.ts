import assert from 'node:assert/strict';
import { Recent } from '../../src/correlation/recent.ts';

describe('what happened recently', () => {
  it('is forgotten when its time is over, without a timer', () => {
    const time = { now: 0 };
    const recent = new Recent<number>(1000, time);
    recent.add('a', 1);
    time.now = 1000;
    recent.add('a', 2);
    assert.deepEqual(recent.of(['a']), [1, 2]);
    time.now = 1001;
    assert.deepEqual(recent.of(['a']), [2]);
  });

  it('comes once, though under several keys', () => {
    const recent = new Recent<number>(1000, { now: 0 });
    recent.add('a', 1);
    recent.add('b', 1);
    assert.deepEqual(recent.of(['a', 'b', 'c']), [1]);
  });

  it('is bounded by time for many keys, and by number for one', () => {
    const time = { now: 0 };
    const recent = new Recent<number>(1000, time);
    for (let index = 0; index < 100_000; index += 1) {
      time.now = index;
      recent.add(`credential ${index}`, index);
      recent.add('always the same', index);
    }
    // 1001 keys are young, with an entry each, one of them with 256.
    assert.ok(recent.size <= 2 * (1001 + 256 + 1002) + 1024, `${recent.size} entries`);
  });
});
