import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ENTRY_WORDS, clockOf, entriesAfter } from '../../../adapters/modbus-door/event-log.ts';

const entry = (sequence: number, credential = sequence) => [sequence % 0x10000, 1, credential >>> 16, credential & 0xffff, 1, 2, 3, 0];
const empty = new Array<number>(ENTRY_WORDS).fill(0);

describe("a reader's event log", () => {
  it('gives what came after the counter that was seen last, oldest first', () => {
    const { entries, lost } = entriesAfter(1, 3, [...entry(3), ...entry(1), ...entry(2), ...empty]);
    assert.deepEqual([entries.map(({ sequence }) => sequence), lost], [[2, 3], 0]);
  });

  it('reads credential and time from two words each, the high one first', () => {
    const [read] = entriesAfter(0, 1, entry(1, 0x12345678)).entries;
    assert.deepEqual(read, { sequence: 1, result: 1, credential: 0x12345678, at: 65_538_003, raw: '0001000112345678' + '0001000200030000' });
    assert.equal(clockOf([0x6969, 0xf3c0, 250]), 1_768_551_360_250);
  });

  it('counts as lost what was overwritten before it could be read', () => {
    const { entries, lost } = entriesAfter(0, 5, [...entry(4), ...entry(5)]);
    assert.deepEqual([entries.map(({ sequence }) => sequence), lost], [[4, 5], 3]);
  });

  it('does not take an entry for an older one that it has replaced while the ring was read', () => {
    const { entries, lost } = entriesAfter(2, 4, [...entry(5), ...entry(4)]);
    assert.deepEqual([entries.map(({ sequence }) => sequence), lost], [[4], 1]);
  });

  it('goes on over the end of the counter', () => {
    const { entries, lost } = entriesAfter(0xfffe, 1, [...entry(0x10000), ...entry(1), ...entry(0xffff)]);
    assert.deepEqual([entries.map(({ sequence }) => sequence), lost], [[0xffff, 0, 1], 0]);
  });

  it('loses and doubles nothing, wherever the ring and the counter turn over, while no more comes between two looks than the ring holds', () => {
    const bursts = (size: number) => fc.array(fc.nat(size), { maxLength: 30 });
    const scenario = fc
      .integer({ min: 1, max: 15 })
      .chain((size) => fc.record({ size: fc.constant(size), start: fc.nat(0xffff), bursts: bursts(size) }));
    fc.assert(
      fc.property(scenario, ({ size, start, bursts: counts }) => {
        const ring = new Array<number[]>(size).fill(empty);
        let total = start;
        let seen = start;
        const read: number[] = [];
        for (const count of counts) {
          for (let i = 0; i < count; i += 1) {
            total += 1;
            ring[total % size] = entry(total);
          }
          const result = entriesAfter(seen, total % 0x10000, ring.flat());
          assert.equal(result.lost, 0);
          read.push(...result.entries.map(({ credential }) => credential));
          seen = total % 0x10000;
        }
        assert.deepEqual(
          read,
          Array.from({ length: total - start }, (_, i) => start + 1 + i),
        );
      }),
    );
  });

  it('survives any registers', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), fc.array(fc.nat(0xffff), { maxLength: 130 }), (seen, counter, words) => {
        const { entries, lost } = entriesAfter(seen, counter, words);
        assert.equal(entries.length + lost, (counter - seen + 0x10000) % 0x10000);
      }),
    );
  });
});
