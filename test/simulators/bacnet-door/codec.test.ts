import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeElements, encodeElements, MalformedEncoding } from '../../../simulators/bacnet-door/codec/elements.ts';
import type { Element } from '../../../simulators/bacnet-door/codec/elements.ts';
import { decodeApdu, decodeFrame, encodeFrame } from '../../../simulators/bacnet-door/codec/frame.ts';
import type { Apdu } from '../../../simulators/bacnet-door/codec/frame.ts';
import { decodeSubscribeCov, decodeWriteProperty } from '../../../simulators/bacnet-door/codec/services.ts';

const buffer = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const object = fc.record({ type: fc.nat(1023), instance: fc.nat(4_194_303) });
const value = fc.oneof(
  fc.constant({ type: 'null' as const }),
  fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ type: fc.constantFrom('unsigned' as const, 'enumerated' as const), value: fc.nat(0xffff_ffff) }),
  fc.record({ type: fc.constant('signed' as const), value: fc.integer() }),
  fc.record({ type: fc.constant('real' as const), value: fc.float({ noNaN: true }) }),
  fc.record({ type: fc.constant('octets' as const), value: buffer }),
  fc.record({ type: fc.constant('text' as const), value: fc.string({ maxLength: 400 }) }),
  fc.record({ type: fc.constant('bits' as const), value: fc.array(fc.boolean(), { maxLength: 40 }) }),
  fc.record({ type: fc.constant('object' as const), value: object }),
);
const { element } = fc.letrec<{ element: Element }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 4 },
    value,
    fc.record({ type: fc.constant('context' as const), tag: fc.nat(254), content: buffer }),
    fc.record({ type: fc.constant('constructed' as const), tag: fc.nat(254), elements: fc.array(tie('element'), { maxLength: 4 }) }),
  ),
}));

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** fast-check makes objects without a prototype, which a strict comparison tells apart. */
function plain(from: unknown): unknown {
  if (Array.isArray(from)) return from.map(plain);
  if (typeof from !== 'object' || from === null || Buffer.isBuffer(from)) return from;
  return Object.fromEntries(Object.entries(from).map(([key, each]) => [key, plain(each)]));
}

describe("the BACnet simulator's codec", () => {
  it('reads back every value that it writes', () => {
    fc.assert(
      fc.property(fc.array(element, { maxLength: 6 }), (elements) => assert.deepEqual(decodeElements(encodeElements(elements)), plain(elements))),
    );
  });

  it('reads back every frame that it writes', () => {
    const octet = fc.nat(255);
    const apdu: fc.Arbitrary<Apdu> = fc.oneof(
      fc.record({ type: fc.constant('confirmed-request' as const), invokeId: octet, service: octet, segmented: fc.constant(false), data: buffer }),
      fc.record({ type: fc.constant('unconfirmed-request' as const), service: octet, data: buffer }),
      fc.record({ type: fc.constant('simple-ack' as const), invokeId: octet, service: octet }),
      fc.record({ type: fc.constantFrom('complex-ack' as const, 'error' as const), invokeId: octet, service: octet, data: buffer }),
      fc.record({ type: fc.constant('reject' as const), invokeId: octet, reason: octet }),
      fc.record({ type: fc.constant('abort' as const), invokeId: octet, reason: octet, server: fc.boolean() }),
    );
    fc.assert(fc.property(apdu, (message) => assert.deepEqual(decodeFrame(encodeFrame(message)), plain(message))));
  });

  it('calls any other bytes malformed, and throws nothing else', () => {
    fc.assert(
      fc.property(buffer, (bytes) => {
        for (const decode of [decodeElements, decodeFrame, decodeApdu, decodeWriteProperty, decodeSubscribeCov]) {
          try {
            decode(bytes);
          } catch (error) {
            assert.ok(error instanceof MalformedEncoding, String(error));
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  // Worked examples of ASHRAE 135, clause 20.2 and Annex F.
  it('writes the tags of the examples in clause 20.2', () => {
    assert.deepEqual(encodeElements([{ type: 'unsigned', value: 72 }]), hex('21 48'));
    assert.deepEqual(encodeElements([{ type: 'signed', value: 72 }]), hex('31 48'));
    assert.deepEqual(encodeElements([{ type: 'real', value: 72 }]), hex('44 42 90 00 00'));
    assert.deepEqual(encodeElements([{ type: 'octets', value: hex('12 34 FF') }]), hex('63 12 34 FF'));
    assert.deepEqual(
      encodeElements([{ type: 'text', value: 'This is a BACnet string!' }]),
      hex(`75 19 00 ${Buffer.from('This is a BACnet string!').toString('hex')}`),
    );
    assert.deepEqual(encodeElements([{ type: 'bits', value: [true, false, true, false, true] }]), hex('82 03 A8'));
    assert.deepEqual(encodeElements([{ type: 'date', year: 1991, month: 1, day: 24, weekday: 4 }]), hex('A4 5B 01 18 04'));
    assert.deepEqual(encodeElements([{ type: 'time', hour: 17, minute: 35, second: 45, hundredths: 17 }]), hex('B4 11 23 2D 11'));
    assert.deepEqual(encodeElements([{ type: 'object', value: { type: 3, instance: 15 } }]), hex('C4 00 C0 00 0F'));
  });

  it('reads the SubscribeCOV and the WriteProperty request of Annex F', () => {
    assert.deepEqual(decodeSubscribeCov(hex('09 12 1C 00 00 00 0A 29 01 39 00')), {
      process: 18,
      object: { type: 0, instance: 10 },
      terms: { confirmed: true, lifetimeSeconds: 0 },
    });
    const write = decodeWriteProperty(hex('0C 00 80 00 01 19 55 3E 44 43 34 00 00 3F'));
    assert.deepEqual(write.values, [{ type: 'real', value: 180 }]);
  });
});
