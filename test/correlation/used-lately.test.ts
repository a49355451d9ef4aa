import assert from 'node:assert/strict';
import { UsedLately } from '../../src/correlation/used-lately.ts';

const MINUTE_MS = 60_000;

describe('states by name', () => {
  const time = { now: 0 };
  let states: UsedLately<{ stands: boolean }>;
  beforeEach(() => {
    time.now = 0;
    states = new UsedLately(MINUTE_MS, time, ({ stands }) => stands);
  });
  /** Others come and go every `everyMs`. */
  function passes(ms: number, everyMs: number): void {
    for (const end = time.now + ms; time.now < end;) {
      time.now = Math.min(time.now + everyMs, end);
      if (states.get(`at ${time.now}`) === undefined) states.set(`at ${time.now}`, { stands: false });
    }
  }

  it('are known for a minute when at rest, whenever others are asked for', () => {
    for (const everyMs of [1, 700, 59_999, MINUTE_MS]) {
      const door = { stands: false };
      states.set(`door ${everyMs}`, door);
      passes(MINUTE_MS, everyMs);
      assert.equal(states.get(`door ${everyMs}`), door, `others every ${everyMs} ms`);
    }
  });

  it('are forgotten by and by when at rest', () => {
    states.set('door', { stands: false });
    passes(3 * MINUTE_MS, 10_000);
    assert.equal(states.get('door'), undefined);
  });

  it('are known for as long as they stand, however long nobody asks', () => {
    const door = { stands: true };
    states.set('door', door);
    passes(24 * 60 * MINUTE_MS, 10_000);
    assert.equal(states.get('door'), door);
    door.stands = false;
    passes(3 * MINUTE_MS, 10_000);
    assert.equal(states.get('door'), undefined);
  });

  it('are known for longer where rules look back further', () => {
    states.keepFor(10 * MINUTE_MS);
    states.keepFor(2 * MINUTE_MS);
    const door = { stands: false };
    states.set('door', door);
    passes(10 * MINUTE_MS, 30_000);
    assert.equal(states.get('door'), door);
  });
});
