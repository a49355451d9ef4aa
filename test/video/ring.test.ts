import assert from 'node:assert/strict';
import fc from 'fast-check';
import { picturesOf } from '../../src/video/past.ts';
import type { PastPicture } from '../../src/video/past.ts';
import { Ring } from '../../src/video/ring.ts';
import type { StreamDescription } from '../../src/video/ring.ts';
import { SLAB_BYTES, SlabPool } from '../../src/video/slabs.ts';
import type { Slab } from '../../src/video/slabs.ts';

const stream: StreamDescription = { codec: 'H264', mime: '', width: 320, height: 180, epochAtZero: 0, init: Buffer.alloc(0) };
const PICTURE_BYTES = 10_000;

function arrange({ seconds = 15, maxBytes = 64 * 1024 * 1024 } = {}) {
  const pool = new SlabPool();
  const ring = new Ring(pool, { seconds, maxBytes });
  let slab: Slab = pool.take();
  let used = 0;
  let ticks = 0;
  /** Adds a second of 25 pictures. */
  const second = (key = true, bytes = PICTURE_BYTES) => {
    for (let i = 0; i < 25; i += 1) {
      if (used + bytes > SLAB_BYTES) {
        pool.release(slab);
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
    assert.ok(pool.freeBytes >= 2 * SLAB_BYTES);
    assert.equal(pool.bytes, slabs.size * SLAB_BYTES);
  });

  it('leaves the memory of a group alone as long as somebody holds it, and uses it again after the last one', () => {
    const { ring, pool, second } = arrange({ seconds: 3 });
    second();
    second();
    const [held] = ring.groups;
    assert.ok(held !== undefined);
    ring.hold(held);
    ring.hold(held);
    const reused = () => ring.groups.some(({ slabs }) => slabs.some((slab) => held.slabs.includes(slab)));
    for (let i = 0; i < 50; i += 1) second();
    assert.ok(!reused());
    ring.letGo(held);
    for (let i = 0; i < 50; i += 1) second();
    assert.ok(!reused());
    const { freeBytes } = pool;
    ring.letGo(held);
    assert.equal(pool.freeBytes, freeBytes + SLAB_BYTES);
  });

  it('gives the past as copies, and holds no memory for a reader that has left', () => {
    const { ring, pool, second } = arrange({ seconds: 3 });
    second();
    second();
    const [group] = ring.groups;
    group!.pictures[0]!.fragment.fill(1);
    const seen: PastPicture[] = [];
    for (const picture of picturesOf(ring, 0, 2000)) {
      seen.push(picture);
      if (seen.length === 2) break;
      assert.equal(group!.users, 2);
      for (let i = 0; i < 10; i += 1) second();
    }
    assert.equal(group!.users, 0);
    ring.clear();
    for (const slab of group!.slabs) slab.bytes.fill(2);
    assert.ok(seen[0]!.fragment.every((byte) => byte === 1));
    assert.equal(pool.bytes - pool.freeBytes, SLAB_BYTES, 'only the slab that is written to is in use');
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
