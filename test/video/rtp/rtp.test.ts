import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readSenderReport } from '../../../src/video/rtp/rtcp.ts';
import { parseRtp } from '../../../src/video/rtp/rtp.ts';

describe('RTP packets', () => {
  it('are read with contributing sources, extension and padding', () => {
    // RFC 3550, 5.1: version 2, padding, extension, one source; marker, type 96.
    const bytes = Buffer.from('b1e0' + '0102' + '00000e10' + 'deadbeef' + '11111111' + 'bede0001' + '22222222' + '6588' + '0002', 'hex');
    const { payload, ...rest } = parseRtp(bytes)!;
    assert.deepEqual(rest, {
      marker: true,
      payloadType: 96,
      sequence: 0x0102,
      timestamp: 3600,
      source: 0xdeadbeef,
      extension: { profile: 0xbede, data: Buffer.from('22222222', 'hex') },
    });
    assert.equal(payload.toString('hex'), '6588');
  });

  it('are refused when they are shorter than they say or of another version', () => {
    for (const hex of ['', '80', '40e000010000000000000000', '8fe000010000000000000000', '90e000010000000000000000', 'a0e0000100000000000000ff']) {
      assert.equal(parseRtp(Buffer.from(hex, 'hex')), undefined, hex);
    }
  });

  it('survive any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        parseRtp(Buffer.from(bytes));
        readSenderReport(Buffer.from(bytes));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('RTCP sender reports', () => {
  it("tell the camera's clock", () => {
    const report = Buffer.alloc(28);
    report.writeUInt32BE(0x80c80006);
    report.writeUInt32BE(2_208_988_800 + 1_768_478_400, 8);
    report.writeUInt32BE(0x80000000, 12);
    assert.equal(readSenderReport(report)?.cameraTime, Date.UTC(2026, 0, 15, 12, 0, 0, 500));
  });

  it('of a clock that was never set tell nothing', () => {
    const report = Buffer.alloc(28);
    report.writeUInt32BE(0x80c80006);
    assert.equal(readSenderReport(report)?.cameraTime, undefined);
  });
});
