import assert from 'node:assert/strict';
import { liveTarget, steerLive, steerLoop } from '../../src/console/video/steer.ts';

describe('a live tile', () => {
  const newest = { start: 10, end: 20 };

  it('jumps to the newest picture at the start', () => {
    assert.deepEqual(steerLive(0, newest, 0.2, 1), { seekTo: 19.8, playbackRate: 1 });
  });

  it('jumps when it has fallen far behind, as after a hidden tab', () => {
    assert.deepEqual(steerLive(12, newest, 0.2, 1), { seekTo: 19.8, playbackRate: 1 });
  });

  it('catches up a small delay by playing at most a tenth faster, until it is there', () => {
    assert.equal(steerLive(19.2, newest, 0.2, 1).playbackRate, 1.1);
    assert.equal(steerLive(19.7, newest, 0.2, 1.1).playbackRate, 1.1);
    assert.equal(steerLive(19.81, newest, 0.2, 1.1).playbackRate, 1);
  });

  it('slows down a little before it runs dry', () => {
    assert.equal(steerLive(19.95, newest, 0.2, 1).playbackRate, 0.95);
  });

  it('stays further behind a camera whose pictures come in bursts', () => {
    assert.equal(liveTarget(0.04), 0.12);
    assert.equal(liveTarget(0.5), 0.6);
    assert.equal(liveTarget(9), 1.2);
  });
});

describe('the loop over the time around an alarm', () => {
  const window = { start: 100, end: 115 };

  it('begins at the start of the window, not at the key frame before it', () => {
    assert.equal(steerLoop(98, window, [{ start: 98, end: 116 }], true), 100);
  });

  it('begins again at the end of the window', () => {
    assert.equal(steerLoop(114.95, window, [{ start: 98, end: 120 }], true), 100);
    assert.equal(steerLoop(107, window, [{ start: 98, end: 120 }], true), undefined);
  });

  it('begins with the oldest picture when the start was not kept', () => {
    assert.equal(steerLoop(0, window, [{ start: 104, end: 120 }], true), 104);
  });

  it('waits for pictures that are still to come', () => {
    assert.equal(steerLoop(110, window, [{ start: 98, end: 111 }], false), undefined);
  });

  it('begins again early when the rest will not come', () => {
    assert.equal(steerLoop(110.96, window, [{ start: 98, end: 111 }], true), 100);
  });

  it('goes on behind a gap', () => {
    const ranges = [
      { start: 98, end: 103 },
      { start: 106, end: 120 },
    ];
    assert.equal(steerLoop(102.97, window, ranges, true), 106);
  });

  it('does nothing without a picture of the window', () => {
    assert.equal(steerLoop(50, window, [{ start: 40, end: 60 }], true), undefined);
  });
});
