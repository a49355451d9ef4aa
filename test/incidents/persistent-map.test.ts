import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PersistentMap } from '../../src/incidents/persistent-map.ts';

describe('a persistent map', () => {
  it('holds what a Map holds, in the order of its keys', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.integer())), (entries) => {
        const expected = new Map(entries);
        const map = entries.reduce((before, [key, value]) => before.set(key, value), PersistentMap.from<number>([]));
        const sorted = [...expected].sort(([a], [b]) => (a < b ? -1 : 1));
        assert.deepEqual([...map], sorted);
        assert.deepEqual([...PersistentMap.from(expected)], sorted);
        assert.equal(map.size, expected.size);
        for (const [key, value] of expected) assert.equal(map.get(key), value);
      }),
    );
  });

  it('stays as it is when another is made of it', () => {
    const before = PersistentMap.from([['a', 1]]);
    const after = before.set('a', 2).set('b', 3);
    assert.deepEqual([...before.values()], [1]);
    assert.deepEqual([...after.keys()], ['a', 'b']);
    assert.equal(before.has('b'), false);
    const seen: string[] = [];
    after.forEach((value, key) => seen.push(`${key}=${value}`));
    assert.deepEqual(seen, ['a=2', 'b=3']);
  });
});
