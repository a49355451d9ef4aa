import assert from 'node:assert/strict';
import { Column } from '../../src/domain/column.ts';

describe('a column', () => {
  it('holds a number for each point, 0 where none was told', () => {
    const column = new Column();
    column.set(0, 7);
    column.set(255, 8);
    assert.deepEqual([column.get(0), column.get(1), column.get(255), column.get(256)], [7, 0, 8, 0]);
  });

  it('grows with the points, and keeps what it held', () => {
    const column = new Column();
    column.set(3, 1);
    column.set(256, 2);
    column.set(40_000, 3);
    assert.deepEqual([column.get(3), column.get(256), column.get(40_000), column.get(100_000)], [1, 2, 3, 0]);
  });

  it('holds numbers that do not fit into a byte', () => {
    const column = new Column();
    column.set(1, 0xff);
    for (const large of [0x100, 0xffff, 0x10000, 0xffffffff]) {
      column.set(2, large);
      assert.deepEqual([column.get(1), column.get(2)], [0xff, large]);
    }
    column.set(2, 5);
    column.set(1000, 0x12345);
    assert.deepEqual([column.get(1), column.get(2), column.get(1000)], [0xff, 5, 0x12345]);
  });
});
