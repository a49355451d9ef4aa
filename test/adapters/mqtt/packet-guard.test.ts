import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LARGEST_PACKET_BYTES, PacketGuard } from '../../../adapters/mqtt/packet-guard.ts';
import { publish } from '../../../simulators/mqtt/codec.ts';

const message = (bytes: number) => publish({ topic: 'a/b', payload: Buffer.alloc(bytes, 0xff), qos: 1, retain: false }, 1, false);

/** The bytes cut at the given places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...[...cuts].map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

describe('the guard against packets that are too long', () => {
  it('lets every packet pass that is not, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 5 }), fc.array(fc.nat(2000), { maxLength: 8 }), (sizes, cuts) => {
        const guard = new PacketGuard();
        const stream = Buffer.concat(sizes.map(message));
        assert.deepEqual(
          pieces(stream, cuts).flatMap((piece) => guard.tooLong(piece) ?? []),
          [],
        );
      }),
    );
  });

  it('sees from its header alone that a packet is too long, behind whatever came before', () => {
    const announced = Buffer.from([0x32, 0x81, 0x80, 0x80, 0x08]);
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 5 }), fc.array(fc.nat(2000), { maxLength: 8 }), (sizes, cuts) => {
        const guard = new PacketGuard();
        const stream = Buffer.concat([...sizes.map(message), announced]);
        assert.deepEqual(
          pieces(stream, cuts).flatMap((piece) => guard.tooLong(piece) ?? []),
          [LARGEST_PACKET_BYTES + 1],
        );
      }),
    );
  });
});
