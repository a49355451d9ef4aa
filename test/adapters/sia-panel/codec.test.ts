import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { decryptBody, encryptBody, parseKey, withoutPadding } from '../../../adapters/sia-panel/cipher.ts';
import { readContent, readExtended } from '../../../adapters/sia-panel/content.ts';
import {
  crc16,
  decodeBody,
  decodeFrame,
  encodeBody,
  encodeFrame,
  formatStamp,
  maxFrameBytes,
  parseStamp,
} from '../../../adapters/sia-panel/frame.ts';
import type { Frame } from '../../../adapters/sia-panel/frame.ts';
import { RepeatKeys } from '../../../adapters/sia-panel/repeat-keys.ts';
import { panelSignals } from '../../../adapters/sia-panel/signals.ts';
import { FrameSplitter } from '../../../adapters/sia-panel/stream.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const digits = (characters: string, minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...Array.from(characters)), { minLength, maxLength }).map((each) => each.join(''));
const hex = '0123456789ABCDEF';
/** Any byte that a field of a body may hold. */
const fieldText = fc
  .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 80 })
  .map((codes) => String.fromCharCode(...codes).replace(/[[\]|]/g, '.'));
const stampArbitrary = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => formatStamp(date.getTime()));
const bodyArbitrary = fc.record(
  { data: fieldText, extended: fc.array(fieldText, { maxLength: 3 }), stamp: stampArbitrary },
  { requiredKeys: ['data', 'extended'], noNullPrototype: true },
);
const frameArbitrary: fc.Arbitrary<Frame> = fc.record(
  {
    token: fc.constantFrom('SIA-DCS', 'ADM-CID', 'NULL'),
    encrypted: fc.boolean(),
    sequence: digits('0123456789', 4, 4),
    receiver: digits(hex, 1, 6),
    line: digits(hex, 0, 6),
    account: digits(hex, 3, 16),
    body: bodyArbitrary.map(encodeBody),
  },
  { requiredKeys: ['token', 'encrypted', 'sequence', 'body'], noNullPrototype: true },
);

const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/sia-dc09.json', import.meta.url), 'utf8')) as { vectors: { raw: string }[] };
const samples = vectors.map(({ raw }) => Buffer.from(raw, 'latin1'));

describe('the DC-09 codec', () => {
  it('reads every frame that it writes', () => {
    fc.assert(
      fc.property(frameArbitrary, (frame) => {
        const decoded = decodeFrame(encodeFrame(frame));
        assert.ok(decoded.outcome === 'frame');
        assert.deepEqual(decoded.frame, frame);
        assert.ok(decoded.envelope.crcValid);
        assert.equal(decoded.envelope.lengthForm, 'hexadecimal');
      }),
      { numRuns: 2000 },
    );
  });

  it('reads every body that it writes, in clear and with each length of key', () => {
    const keys = fc.constantFrom('sixteen bytes!!!', 'twenty-four bytes long!!', 'thirty-two bytes long in all....');
    fc.assert(
      fc.property(bodyArbitrary, keys, (body, text) => {
        const key = parseKey(text);
        assert.ok(key);
        const clear = decryptBody(encryptBody(encodeBody(body), key), key);
        assert.ok(clear !== undefined);
        assert.deepEqual(decodeBody(withoutPadding(clear)), body);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the check value that is published for CRC-16/ARC', () => {
    assert.equal(crc16(Buffer.from('123456789')), 'BB3D');
  });

  it('notices every flip of a single bit', () => {
    fc.assert(
      fc.property(frameArbitrary, fc.nat(), (frame, position) => {
        const bytes = encodeFrame(frame);
        const bit = (9 + (position % (bytes.length - 10))) * 8 + (position % 8);
        bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const decoded = decodeFrame(bytes);
        assert.ok(decoded.outcome === 'malformed' || !decoded.envelope.crcValid);
      }),
      { numRuns: 2000 },
    );
  });

  it('says that a length in decimal is one, as real panels send it', () => {
    const decoded = decodeFrame(Buffer.from('\n57150047"ADM-CID"0247R4F39L4F39#4F39[#4F39|3401 01 057]\r', 'latin1'));
    assert.ok(decoded.outcome === 'frame');
    assert.equal(decoded.envelope.lengthForm, 'decimal');
  });

  it('takes a key as 16, 24 or 32 characters or as hexadecimal digits, and nothing else', () => {
    assert.equal(parseKey('A'.repeat(32))?.length, 32);
    assert.deepEqual(parseKey(`hex:${'41'.repeat(16)}`), Buffer.from('A'.repeat(16)));
    assert.equal(parseKey('too short'), undefined);
    assert.equal(parseKey('hex:41'), undefined);
  });

  it('knows that no clock shows the thirteenth month or the 25th hour', () => {
    assert.equal(parseStamp('00:00:00,13-01-2026'), undefined);
    assert.equal(parseStamp('25:00:00,01-01-2026'), undefined);
    assert.equal(parseStamp('00:00:00,01-01-2000'), Date.UTC(2000, 0, 1));
  });

  const keys = new RepeatKeys(new ManualClock());

  it('survives more than 20,000 mutated frames without a throw', () => {
    const key = parseKey('AAAAAAAAAAAAAAAA');
    assert.ok(key);
    const mutation = fc.record({ at: fc.nat({ max: 200 }), remove: fc.nat({ max: 8 }), insert: fc.uint8Array({ maxLength: 8 }) });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 6 }), (sample, mutations) => {
        const bytes = mutations.reduce(
          (mutated, { at, remove, insert }) => Buffer.concat([mutated.subarray(0, at), insert, mutated.subarray(at + remove)]),
          sample,
        );
        for (const piece of new FrameSplitter().push(bytes)) {
          const decoded = decodeFrame(piece.bytes);
          if (decoded.outcome === 'malformed') continue;
          const { frame } = decoded;
          const clear = frame.encrypted ? withoutPadding(decryptBody(frame.body, key) ?? '') : frame.body;
          const body = decodeBody(clear);
          if (body) {
            panelSignals(
              { frame, body, account: '4711', arrivedAt: 0, raw: '' },
              { point: 'panel', zones: [{ id: 'zone', at: { number: 1 } }] },
              keys,
            );
          }
        }
      }),
      { numRuns: 21_000 },
    );
  });

  it('reads any data block as something', () => {
    fc.assert(
      fc.property(fc.constantFrom('SIA-DCS', 'ADM-CID', 'NULL'), fc.string({ maxLength: 200 }), (token, data) => {
        assert.ok(readContent(token, data).type.length > 0);
        assert.ok(readExtended([data]));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the stream splitter', () => {
  it('finds the same frames however TCP cuts them', () => {
    fc.assert(
      fc.property(fc.array(frameArbitrary, { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 60 })), (frames, cuts) => {
        const stream = Buffer.concat(frames.map(encodeFrame));
        const splitter = new FrameSplitter();
        const pieces = [];
        let from = 0;
        for (const length of [...cuts, stream.length]) {
          pieces.push(...splitter.push(stream.subarray(from, from + length)));
          from += length;
        }
        assert.deepEqual(
          pieces.map(({ type, bytes }) => [type, decodeFrame(bytes)]),
          frames.map((frame) => ['frame', decodeFrame(encodeFrame(frame))]),
        );
        assert.equal(splitter.heldBytes, 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds the next whole frame after any garbage that a line feed ends', () => {
    const [frame = Buffer.alloc(0)] = samples;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3 * maxFrameBytes }), (garbage) => {
        const pieces = new FrameSplitter().push(Buffer.concat([garbage, frame]));
        assert.deepEqual(pieces.at(-1), { type: 'frame', bytes: frame.subarray(1, -1) });
      }),
      { numRuns: 1000 },
    );
  });

  it('never holds more than one frame can have', () => {
    const splitter = new FrameSplitter();
    let garbage = 0;
    for (let sent = 0; sent < 100; sent++) {
      for (const piece of splitter.push(Buffer.alloc(1000, 'x'))) garbage += piece.bytes.length;
      assert.ok(splitter.heldBytes <= maxFrameBytes);
    }
    assert.ok(garbage > 90_000);
  });

  it('makes nothing of the line ends and zeros that some panels put between frames', () => {
    const [frame = Buffer.alloc(0)] = samples;
    const pieces = new FrameSplitter().push(Buffer.concat([Buffer.from('\0\r\n\n'), frame, Buffer.from('\0'), frame]));
    assert.deepEqual(
      pieces.map(({ type }) => type),
      ['frame', 'frame'],
    );
  });
});
