import assert from 'node:assert/strict';
import { pino } from 'pino';
import { RingMemory } from '../../src/video/ring-memory.ts';
import type { CameraStatus } from '../../src/video/status.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('memory of the rings', () => {
  it('is compared with what was computed and what is allowed, and told once each time that it is too much', () => {
    const clock = new ManualClock();
    let megabytesEach = 6;
    const told: string[] = [];
    const memory = new RingMemory({
      clock,
      log: pino({ level: 'silent' }),
      status: () => ['cam-1', 'cam-2'].map((camera) => ({ camera, ringBytes: megabytesEach * 1_000_000 }) as CameraStatus),
      plannedMegabytes: 10,
      allowedMegabytes: 20,
      tooMuch: (sentence) => told.push(sentence),
    });
    assert.deepEqual(memory.figures, { planned: 10_000_000, allowed: 20_000_000, used: 12_000_000 });
    for (const [megabytes, times] of [
      [10, 0],
      [11, 1],
      [12, 1],
      [9.5, 1],
      [11, 1],
      [8, 1],
      [11, 2],
    ] as const) {
      megabytesEach = megabytes;
      clock.advance(10_000);
      assert.equal(told.length, times, `${megabytes} MB each`);
    }
    assert.match(told[0]!, /takes 22 MB; 20 MB are allowed and 10 MB were computed/);
    memory.close();
    assert.equal(clock.waiting, 0);
  });
});
