import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ring } from '../../src/video/ring.ts';
import type { StreamDescription } from '../../src/video/ring.ts';
import { SLAB_BYTES, SlabPool } from '../../src/video/slabs.ts';
import type { Slab } from '../../src/video/slabs.ts';

const stream: StreamDescription = { codec: 'H264', mime: '', width: 320, height: 180, epochAtZero: 0, init: Buffer.alloc(0) };
const PICTURE_BYTES = 10_000;

function arrange({ seconds = 15, maxBytes = 64 * 1024 * 1024, mayReuse = true } = {}) {
  const pool = new SlabPool();
  const ring = new Ring(pool, { seconds, maxBytes }, () => mayReuse);
  let slab: Slab = pool.take();
  let used = 0;
  let ticks = 0;
  /** Adds a second of 25 pictures. */
  const second = (key = true, bytes = PICTURE_BYTES) => {
    for (let i = 0; i < 25; i += 1) {
      if (used + bytes > SLAB_BYTES) {
        pool.release(slab, true);
        slab = pool.take();
        used = 0;
      }
      const fragment = slab.bytes.subarray(used, used + bytes);
      used += bytes;
      ring.add({ fragment, key: key && i === 0, decodeAt: ticks, showAt: ticks }, slab, stream);
      ticks += 3600;
    }
  };
  return { ring, pool, second };
}

describe('ring', () => {
  it('keeps at least its seconds in whole groups, and not a group more', () => {
    const { ring, second } = arrange();
    for (let i = 0; i < 60; i += 1) {
      second();
      if (i >= 16) assert.ok(ring.seconds >= 15 && ring.seconds < 16.1, `${ring.seconds} s`);
      assert.ok(ring.groups.every(({ pictures }) => pictures[0]!.key && pictures.length === 25));
    }
    assert.ok(ring.bytes <= 17 * 25 * PICTURE_BYTES);
  });

  it('keeps a long group whole until the next ones cover its seconds', () => {
    const { ring, second } = arrange({ seconds: 5 });
    for (let i = 0; i < 14; i += 1) second(i % 10 === 0);
    assert.deepEqual(
      ring.groups.map(({ pictures }) => pictures.length / 25),
      [10, 4],
    );
    for (let i = 14; i < 17; i += 1) second(false);
    assert.deepEqual(
      ring.groups.map(({ pictures }) => pictures.length / 25),
      [7],
    );
  });

  it('uses the memory of old groups again', () => {
    const { ring, pool, second } = arrange({ seconds: 3 });
    const slabs = new Set<Slab>();
    for (let i = 0; i < 100; i += 1) {
      second();
      for (const group of ring.groups) for (const slab of group.slabs) slabs.add(slab);
    }
    assert.ok(slabs.size <= 7, `${slabs.size} slabs for about 1 MB`);
    ring.clear();
    assert.equal(ring.bytes, 0);
    assert.ok(pool.free >= 2);
  });

  it('leaves memory alone that a reader may still look at', () => {
    const { ring, second } = arrange({ seconds: 3, mayReuse: false });
    second();
    const first = ring.groups[0]!.slabs[0]!;
    for (let i = 0; i < 50; i += 1) second();
    assert.ok(ring.groups.every(({ slabs }) => !slabs.includes(first)));
  });

  it('gives up a group that never ends, and waits for the next key frame', () => {
    const { ring, second } = arrange({ maxBytes: 1_000_000 });
    for (let i = 0; i < 20; i += 1) second(i === 0);
    assert.equal(ring.groups.length, 0);
    second();
    assert.equal(ring.groups.length, 1);
  });

  it('stays within its limits whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 100, max: 50_000 })), { maxLength: 40 }), (seconds) => {
        const { ring, second } = arrange({ seconds: 5, maxBytes: 3_000_000 });
        for (const [key, bytes] of seconds) second(key, bytes);
        assert.ok(ring.bytes <= 3_000_000);
        assert.equal(
          ring.bytes,
          ring.groups.flatMap(({ pictures }) => pictures).reduce((sum, { fragment }) => sum + fragment.length, 0),
        );
      }),
      { numRuns: 200 },
    );
  });
});
