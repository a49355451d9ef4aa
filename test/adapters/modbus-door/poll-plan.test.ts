import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Table } from '../../../adapters/modbus-door/location.ts';
import { planReads, valuesOf } from '../../../adapters/modbus-door/poll-plan.ts';
import type { Item } from '../../../adapters/modbus-door/poll-plan.ts';

const item = (table: Table, address: number, rank = 0, count = 1): Item => ({ table, address, count, rank, name: `${table} ${address}` });
const summary = (items: Item[]) => planReads(items).map(({ table, address, count }) => `${table} ${address}+${count}`);

describe('the plan of reads', () => {
  it('reads neighbours together', () => {
    assert.deepEqual(summary([item('coil', 2), item('coil', 0), item('coil', 1)]), ['coil 0+3']);
  });

  it('does not read across a gap', () => {
    assert.deepEqual(summary([item('coil', 0), item('coil', 2)]), ['coil 0+1', 'coil 2+1']);
  });

  it('does not mix tables', () => {
    assert.deepEqual(summary([item('coil', 0), item('discreteInput', 1)]), ['coil 0+1', 'discreteInput 1+1']);
  });

  it('reads an address once that several items share', () => {
    assert.deepEqual(summary([item('holdingRegister', 4), item('holdingRegister', 4), item('holdingRegister', 5)]), ['holdingRegister 4+2']);
  });

  it('keeps to the most that one read may ask for', () => {
    const registers = Array.from({ length: 126 }, (_, address) => item('inputRegister', address));
    assert.deepEqual(summary(registers), ['inputRegister 0+125', 'inputRegister 125+1']);
  });

  it('reads first what has a low rank, wherever it is', () => {
    assert.deepEqual(summary([item('coil', 0, 2), item('coil', 9, 0), item('inputRegister', 0, 1)]), ['coil 9+1', 'inputRegister 0+1', 'coil 0+1']);
  });

  const items = fc.array(
    fc
      .record({
        table: fc.constantFrom<Table>('coil', 'discreteInput', 'holdingRegister', 'inputRegister'),
        address: fc.nat(300),
        rank: fc.nat(2),
        count: fc.integer({ min: 1, max: 125 }),
      })
      .map(({ table, address, rank, count }) => item(table, address, rank, count)),
    { maxLength: 40 },
  );

  it('covers every item once, no address that is not asked for, and never exceeds the limit', () => {
    fc.assert(
      fc.property(items, (wanted) => {
        const reads = planReads(wanted);
        assert.deepEqual(new Set(reads.flatMap((read) => read.items)), new Set(wanted));
        assert.equal(reads.flatMap((read) => read.items).length, wanted.length);
        for (const read of reads) {
          assert.equal(read.count <= (read.table.endsWith('Register') ? 125 : 2000), true);
          for (let address = read.address; address < read.address + read.count; address += 1) {
            assert.equal(
              read.items.some((each) => each.table === read.table && each.address <= address && address < each.address + each.count),
              true,
            );
          }
        }
      }),
    );
  });

  it('finds the values of each item in what its read brought', () => {
    fc.assert(
      fc.property(items, (wanted) => {
        for (const read of planReads(wanted)) {
          const memory = Array.from({ length: read.count }, (_, i) => read.address + i);
          for (const each of read.items) {
            assert.deepEqual(
              valuesOf(each, read, memory),
              Array.from({ length: each.count }, (_, i) => each.address + i),
            );
          }
        }
      }),
    );
  });
});
