import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ReorderBuffer } from '../../../src/video/rtp/reorder.ts';
import type { RtpPacket } from '../../../src/video/rtp/rtp.ts';

const packet = (sequence: number, source = 7): RtpPacket => ({
  marker: false,
  payloadType: 96,
  sequence: sequence & 0xffff,
  timestamp: 0,
  source,
  payload: Buffer.alloc(0),
});

function arrange() {
  const delivered: number[] = [];
  const buffer = new ReorderBuffer(({ sequence }) => delivered.push(sequence));
  return { buffer, delivered };
}

describe('reorder buffer', () => {
  it('hands packets on in order, across the wrap of the numbers', () => {
    const { buffer, delivered } = arrange();
    for (const i of [65_533, 65_535, 65_534, 1, 0, 3, 2]) buffer.push(packet(i), 0);
    assert.deepEqual(delivered, [65_533, 65_534, 65_535, 0, 1, 2, 3]);
  });

  it('waits for a missing packet only so long', () => {
    const { buffer, delivered } = arrange();
    for (const i of [1, 3, 4]) buffer.push(packet(i), 0);
    buffer.push(packet(5), 60);
    assert.deepEqual(delivered, [1]);
    buffer.push(packet(6), 61);
    assert.deepEqual(delivered, [1, 3, 4, 5, 6]);
  });

  it('holds no more than a key frame', () => {
    const { buffer, delivered } = arrange();
    buffer.push(packet(1), 0);
    for (let i = 3; i < 1000; i += 1) buffer.push(packet(i), 0);
    assert.ok(delivered.length > 700);
  });

  it('goes on with a camera that was started again', () => {
    const { buffer, delivered } = arrange();
    for (const [i, source] of [
      [1, 7],
      [3, 7],
      [500, 8],
      [501, 8],
    ] as const)
      buffer.push(packet(i, source), 0);
    assert.deepEqual(delivered, [1, 3, 500, 501]);
  });

  it('mends any shuffling within its time, and loses nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 300 }), (delays) => {
        const { buffer, delivered } = arrange();
        const order = delays.map((delay, i) => ({ i, at: i === 0 ? -1 : i + delay })).sort((a, b) => a.at - b.at || a.i - b.i);
        for (const { i } of order) buffer.push(packet(65_400 + i), 0);
        assert.deepEqual(
          delivered,
          delays.map((_, i) => (65_400 + i) & 0xffff),
        );
      }),
    );
  });
});
