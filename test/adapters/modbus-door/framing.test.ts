import assert from 'node:assert/strict';
import fc from 'fast-check';
import { crc16, withCrc } from '../../../adapters/modbus-door/crc16.ts';
import { expectedReply, mbap, rtu } from '../../../adapters/modbus-door/framing.ts';

const none: ReadonlySet<number> = new Set();
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** Reads holding registers 10 and 11 of unit 1. */
const asked = withCrc(hex('01 03 000a 0002'));
const expected = expectedReply(asked, 5);
const right = withCrc(hex('01 03 04 0001 0002'));
const another = withCrc(hex('07 03 04 ffff ffff'));

describe("the serial line's CRC", () => {
  it('is that of the examples in the manuals', () => {
    // Check value of CRC-16/MODBUS, and a relay board's manual: switch relay 0 of unit 1 on.
    assert.equal(crc16(Buffer.from('123456789')), 0x4b37);
    assert.equal(withCrc(hex('01 05 0000 ff00')).toString('hex'), '01050000ff008c3a');
  });
});

describe('frames of the serial line, found by their length', () => {
  it('are found when they are complete, and not before', () => {
    for (let length = 0; length < right.length; length += 1) assert.equal(rtu.judge(right.subarray(0, length), expected, none).type, 'incomplete');
    assert.deepEqual(rtu.judge(right, expected, none), { type: 'reply', frame: right, used: right.length });
  });

  it('are found behind noise and behind the late reply of another unit', () => {
    const bytes = Buffer.concat([hex('00 ff'), another, right]);
    assert.deepEqual(rtu.judge(bytes, expected, none), { type: 'reply', frame: right, used: bytes.length });
  });

  it('are not taken with a wrong CRC, for another length, function or unit', () => {
    const damaged = Buffer.from(right);
    damaged[4] = 9;
    const others = [damaged, another, withCrc(hex('01 03 02 0001')), withCrc(hex('01 04 04 0001 0002')), withCrc(hex('01 06 000a 0002'))];
    for (const bytes of others) assert.equal(rtu.judge(bytes, expected, none).type, 'incomplete');
  });

  it('may be a refusal', () => {
    const refused = withCrc(hex('01 83 02'));
    assert.deepEqual(rtu.judge(refused, expected, none), { type: 'reply', frame: refused, used: 5 });
  });

  it('of a write must repeat it', () => {
    const write = withCrc(hex('01 06 000a 0002'));
    assert.equal(rtu.judge(write, expectedReply(write, 1), none).type, 'reply');
    assert.equal(rtu.judge(withCrc(hex('01 06 000a 0003')), expectedReply(write, 1), none).type, 'incomplete');
  });

  it('are of nobody when nobody waits', () => {
    assert.deepEqual(rtu.judge(right, undefined, none), { type: 'late', used: right.length });
  });

  it('carry the same request and reply on TCP as on the line, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.nat(0xffff),
        fc.array(fc.nat(255), { maxLength: 20 }),
        (data, transaction, noise) => {
          const reply = withCrc(Buffer.concat([hex('01 03 04'), data]));
          const wanted = expectedReply(asked, transaction);
          const onTcp = mbap.judge(mbap.encode(reply, transaction), wanted, none);
          assert.deepEqual(onTcp, { type: 'reply', frame: reply, used: 13 });
          const verdict = rtu.judge(Buffer.concat([Buffer.from(noise.filter((byte) => byte !== 1)), reply]), wanted, none);
          assert.deepEqual('frame' in verdict && verdict.frame, reply);
        },
      ),
    );
  });
});

describe('frames of Modbus TCP', () => {
  const reply = (transaction: number) => mbap.encode(right, transaction);

  it('are told apart by their transaction: a reply whose time ran out is discarded, whatever it says', () => {
    assert.deepEqual(mbap.judge(reply(4), expected, new Set([4])), { type: 'late', used: 13 });
    assert.equal(mbap.judge(reply(5), expected, new Set([4])).type, 'reply');
  });

  it('that nobody asked for are the end of the understanding', () => {
    assert.equal(mbap.judge(reply(6), expected, none).type, 'broken');
    assert.equal(mbap.judge(reply(5), undefined, none).type, 'broken');
  });
});
