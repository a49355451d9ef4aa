import assert from 'node:assert/strict';
import { Recent } from '../../src/correlation/recent.ts';

interface Told {
  readonly at: number;
}

describe('what happened recently', () => {
  const time = { now: 0 };
  let recent: Recent<Told>;
  beforeEach(() => {
    time.now = 0;
    recent = new Recent<Told>(1000, time, ({ at }) => at);
  });
  function add(key: string): Told {
    const told = { at: time.now };
    recent.add(key, told);
    return told;
  }

  it('is forgotten when its time is over, without a timer', () => {
    const first = add('a');
    time.now = 1000;
    const second = add('a');
    assert.deepEqual(recent.of(['a']), [first, second]);
    time.now = 1001;
    assert.deepEqual(recent.of(['a']), [second]);
    assert.equal(recent.count('a'), 1);
  });

  it('is known for the whole of its time, whenever other keys are used', () => {
    for (const pauseMs of [1, 300, 999, 1000]) {
      const told = add('a');
      for (const end = time.now + 1000; time.now < end;) {
        time.now = Math.min(time.now + pauseMs, end);
        add('b');
        assert.ok(
          recent.some('a', (each) => each === told),
          `after ${time.now - told.at} ms`,
        );
      }
      time.now += 1;
      add('b');
      assert.deepEqual(recent.of(['a']), []);
    }
  });

  it('comes once, though under several keys', () => {
    const told = add('a');
    recent.add('b', told);
    assert.deepEqual(recent.of(['a', 'b', 'c']), [told]);
  });

  it('is bounded by time for many keys, and by number for one', () => {
    for (let index = 0; index < 100_000; index += 1) {
      time.now = index;
      add(`credential ${index}`);
      add('always the same');
    }
    assert.ok(recent.keys <= 2 * 1001 + 2, `${recent.keys} keys`);
    assert.equal(recent.count('always the same'), 256);
  });
});
