import assert from 'node:assert/strict';
import { Reception } from '../../../src/video/rtp/reception.ts';
import { saysGoodbye } from '../../../src/video/rtp/rtcp.ts';
import type { RtpPacket } from '../../../src/video/rtp/rtp.ts';

const packet = (sequence: number, source = 7): RtpPacket => ({
  marker: false,
  payloadType: 96,
  sequence: sequence & 0xffff,
  timestamp: sequence * 90,
  source,
  payload: Buffer.alloc(0),
});

/** The fields of the report block (RFC 3550, 6.4.1). */
function block(compound: Buffer) {
  return {
    source: compound.readUInt32BE(8),
    fractionLost: compound[12],
    lost: compound.readIntBE(13, 3),
    highest: compound.readUInt32BE(16),
    jitter: compound.readUInt32BE(20),
    lastSenderReport: compound.readUInt32BE(24),
    delay: compound.readUInt32BE(28),
  };
}

describe('reception', () => {
  it('reports nothing but its name before anything came', () => {
    const report = new Reception(0xabc).report(0);
    assert.equal(report.readUInt32BE(0), 0x80c90001);
    assert.deepEqual([report[9], report.toString('latin1', 18, 18 + report[17]!)], [202, 'sallyport-abc']);
    assert.equal(report.length % 4, 0);
  });

  it('counts what is missing since the report before, across the wrap of the numbers', () => {
    const reception = new Reception(1);
    for (let i = 65_530; i < 65_540; i += 1) if (i !== 65_535) reception.packet(packet(i), i);
    assert.deepEqual(block(reception.report(0)), {
      source: 7,
      fractionLost: 25, // 1 of 10, in 1/256
      lost: 1,
      highest: 65_539,
      jitter: 0,
      lastSenderReport: 0,
      delay: 0,
    });
    for (let i = 65_540; i < 65_550; i += 1) reception.packet(packet(i), i);
    const { fractionLost, lost } = block(reception.report(0));
    assert.deepEqual([fractionLost, lost, reception.lost], [0, 1, 1]);
  });

  it('takes no late packet for a loss', () => {
    const reception = new Reception(1);
    for (const i of [1, 2, 4, 3, 5]) reception.packet(packet(i), i);
    assert.equal(reception.lost, 0);
  });

  it('begins anew with another source, or other numbers, and keeps what was lost before', () => {
    const reception = new Reception(1);
    for (const i of [1, 3, 30_000, 30_001]) reception.packet(packet(i), i);
    assert.equal(reception.lost, 1);
    reception.packet(packet(9, 8), 0);
    assert.equal(reception.lost, 1);
    assert.equal(block(reception.report(0)).source, 8);
  });

  it("measures jitter, and repeats the camera's report with its age", () => {
    const reception = new Reception(1);
    reception.packet(packet(1), 0);
    reception.packet(packet(2), 17); // 16 ms late: (16 x 90) / 16
    reception.senderReport({ cameraTime: undefined, ntpMiddle: 0x12345678 }, 100);
    const { jitter, lastSenderReport, delay } = block(reception.report(1_100));
    assert.deepEqual([jitter, lastSenderReport, delay], [90, 0x12345678, 65_536]);
  });

  it('knows a goodbye behind a report', () => {
    const bye = Buffer.from('81cb000100000007', 'hex');
    assert.equal(saysGoodbye(bye), true);
    assert.equal(saysGoodbye(Buffer.concat([new Reception(1).report(0), bye])), true);
    assert.equal(saysGoodbye(new Reception(1).report(0)), false);
    assert.equal(saysGoodbye(bye.subarray(0, 6)), false);
  });
});
