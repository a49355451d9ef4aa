import assert from 'node:assert/strict';
import { parseDuration } from '../../src/correlation/duration.ts';

describe('a duration', () => {
  for (const [text, ms] of [
    ['500ms', 500],
    ['10s', 10_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1.5s', 1500],
    [' 10s ', 10_000],
  ] as const) {
    it(`"${text}" is ${ms} ms`, () => assert.deepEqual(parseDuration(text), { ms }));
  }
  for (const text of ['10', 's', '10 s', '10sec', '-1s', '', '1m30s']) {
    it(`"${text}" is refused with what to write instead`, () =>
      assert.throws(() => parseDuration(text), /is not a duration: write a number and its unit/));
  }
});
