import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseH265Sps } from '../../../src/video/fmp4/h265-sps.ts';
import { parseSps } from '../../../src/video/fmp4/sps.ts';

describe('sequence parameter set', () => {
  it('survives any bytes: it either describes a possible picture or throws a RangeError', () => {
    const start = fc.constantFrom('674d', '6764', '6742', '67', '4201', '420101016000000300900000030000030000');
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 60 }), (head, rest) => {
        try {
          const nal = Buffer.concat([Buffer.from(head, 'hex'), rest]);
          const { width, height } = head.startsWith('67') ? parseSps(nal) : parseH265Sps(nal);
          assert.ok(width > 0 && height > 0 && width <= 16_384 && height <= 16_384);
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error));
        }
      }),
      { numRuns: 20_000 },
    );
  });
});
