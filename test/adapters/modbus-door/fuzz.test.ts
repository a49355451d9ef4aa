import { targets } from '../../fuzz/modbus.ts';

/** A generator of numbers in [0, 1) that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

describe('the fuzz targets of the Modbus doors', () => {
  for (const target of targets) {
    for (const seed of [1, 20_260_115]) {
      it(`${target.name} survives with seed ${seed}`, () => target.run(seeded(seed), target.kind === 'codec' ? 20_000 : 200));
    }
  }
});
