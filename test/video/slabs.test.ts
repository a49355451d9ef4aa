import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SLAB_BYTES, SlabPool } from '../../src/video/slabs.ts';
import type { Slab } from '../../src/video/slabs.ts';

describe('slabs', () => {
  it('never take more memory than was used at once, and never serve two users', () => {
    const wishes = fc.array(fc.oneof(fc.integer({ min: 1, max: 8 * SLAB_BYTES }), fc.constant('give back' as const)), { maxLength: 60 });
    fc.assert(
      fc.property(wishes, (steps) => {
        const pool = new SlabPool();
        const used: Slab[] = [];
        const most = new Map<number, number>();
        for (const step of steps) {
          if (step === 'give back') {
            const slab = used.shift();
            if (slab !== undefined) pool.release(slab);
            continue;
          }
          const slab = pool.take(step);
          const size = slab.bytes.length;
          assert.ok(size >= step && (size === SLAB_BYTES || size < 2 * step));
          assert.ok(!used.includes(slab));
          used.push(slab);
          most.set(size, Math.max(most.get(size) ?? 0, used.filter(({ bytes }) => bytes.length === size).length));
        }
        assert.equal(
          pool.bytes,
          [...most].reduce((sum, [size, count]) => sum + size * count, 0),
        );
        assert.equal(
          pool.bytes - pool.freeBytes,
          used.reduce((sum, { bytes }) => sum + bytes.length, 0),
        );
      }),
    );
  });

  it('are free after the last of several users only', () => {
    const pool = new SlabPool();
    const slab = pool.take();
    slab.users += 1;
    pool.release(slab);
    assert.equal(pool.freeBytes, 0);
    pool.release(slab);
    assert.equal(pool.take(), slab);
  });
});
