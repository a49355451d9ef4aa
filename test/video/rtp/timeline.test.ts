import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DecodeTimes, Timeline, epochAt } from '../../../src/video/rtp/timeline.ts';

const NOON = Date.UTC(2026, 0, 15, 12, 0, 0);

/** Pictures at 25 a second; returns their wall-clock times as the line has them. */
function feed(line: Timeline, pictures: number, rtpAt: number, arrivesAt: (i: number) => number): number[] {
  return Array.from({ length: pictures }, (_, i) => {
    const ticks = line.place((rtpAt + 3600 * i) >>> 0, arrivesAt(i));
    if (i % 25 === 0) line.correct();
    return epochAt(line.epochAtZero, ticks);
  });
}

describe('time line', () => {
  it('goes on across the wrap of the RTP clock', () => {
    const times = feed(new Timeline(), 100, 2 ** 32 - 90_000, (i) => NOON + 40 * i);
    assert.deepEqual(
      times,
      Array.from({ length: 100 }, (_, i) => NOON + 40 * i),
    );
  });

  it('puts pictures at their arrival after a jump of the RTP clock and in a new session, and never goes back', () => {
    const line = new Timeline();
    feed(line, 50, 1000, (i) => NOON + 40 * i);
    const before = line.latest;
    const jumped = line.place(4_000_000_000, NOON + 5_000);
    assert.equal(epochAt(line.epochAtZero, jumped), NOON + 5_000);
    line.startSession();
    const early = line.place(7, NOON);
    assert.ok(jumped > before && early > jumped);
  });

  it('follows a camera whose clock runs differently', () => {
    const line = new Timeline();
    // 1 % fast: after 100 s it would be a second ahead.
    const times = feed(line, 2500, 0, (i) => NOON + 39.6 * i);
    assert.ok(Math.abs(times.at(-1)! - (NOON + 39.6 * 2499)) < 300);
  });

  it('finds the right time after a camera began with a burst of old pictures', () => {
    const line = new Timeline();
    const times = feed(line, 150, 0, (i) => NOON + Math.max(0, 40 * (i - 50)));
    assert.ok(Math.abs(times.at(-1)! - (NOON + 40 * 99)) <= 40);
  });

  it('is not led astray by pictures that arrive late', () => {
    const line = new Timeline();
    const times = feed(line, 500, 0, (i) => NOON + 40 * i + (i % 7 === 0 ? 0 : 900));
    assert.equal(times.at(-1), NOON + 40 * 499);
  });
});

describe('decoding times', () => {
  it('grow always and are never after the showing time once the depth is known', () => {
    // Decoding order of pictures with B-frames: each P comes before the two pictures that are shown earlier.
    const showOrder = (group: number) => [0, 3, 1, 2, 6, 4, 5].map((i) => 90_000 + (group * 7 + i) * 3600);
    const times = new DecodeTimes();
    const made = [0, 1, 2, 3].map((group) => showOrder(group).map((at, i) => ({ at, decodeAt: times.next(at, i === 0, 3600) })));
    const all = made.flat();
    assert.ok(all.every(({ decodeAt }, i) => i === 0 || decodeAt > all[i - 1]!.decodeAt));
    assert.ok(
      made
        .slice(1)
        .flat()
        .every(({ at, decodeAt }) => decodeAt <= at),
    );
  });

  it('grow always, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1_000_000 }), fc.boolean()), { maxLength: 60 }), (pictures) => {
        const times = new DecodeTimes();
        let last = -1;
        for (const [showAt, key] of pictures) {
          const next = times.next(showAt, key, 3600);
          assert.ok(next > last);
          last = next;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
