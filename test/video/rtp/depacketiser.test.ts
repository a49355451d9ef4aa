import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PictureWriter } from '../../../src/video/picture-writer.ts';
import { Depacketiser } from '../../../src/video/rtp/depacketiser.ts';
import type { NalCodec } from '../../../src/video/rtp/depacketiser.ts';
import { h264 } from '../../../src/video/rtp/h264.ts';
import { h265 } from '../../../src/video/rtp/h265.ts';
import { parseRtp } from '../../../src/video/rtp/rtp.ts';
import { SlabPool } from '../../../src/video/slabs.ts';
import { film } from '../support/footage.ts';
import type { FilmedPicture } from '../support/footage.ts';
import { Packetiser } from '../support/packets.ts';

interface Seen {
  readonly key: boolean;
  readonly timestamp: number;
  readonly nals: Buffer[];
}

function receiver(codec: NalCodec = h264) {
  const pictures: Seen[] = [];
  const parameterSets: Buffer[] = [];
  const seen = { pictures, parameterSets, dropped: 0, push: (_packet: Buffer): void => undefined };
  const depacketiser = new Depacketiser(codec, new PictureWriter(new SlabPool(), 16), {
    picture: ({ key, timestamp, bytes }) => pictures.push({ key, timestamp, nals: unitsOf(bytes.subarray(16)) }),
    parameterSet: (nal) => parameterSets.push(Buffer.from(nal)),
    dropped: (count) => (seen.dropped += count),
  });
  seen.push = (bytes) => {
    const packet = parseRtp(bytes);
    if (packet !== undefined) depacketiser.push(packet);
  };
  return seen;
}

function unitsOf(bytes: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at);
    assert.ok(at + 4 + size <= bytes.length, 'a length leads out of the picture');
    units.push(Buffer.from(bytes.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return units;
}

const isInPicture = (nal: Buffer) => [1, 5, 6].includes(nal[0]! & 0x1f);
const slice = (type: number, ...rest: number[]) => Buffer.from([0x60 | type, 0x80, ...rest]);
const key = (...rest: number[]): FilmedPicture => ({ nals: [slice(5, ...rest)], key: true, at: 0 });
const other = (...rest: number[]): FilmedPicture => ({ nals: [slice(1, ...rest)], key: false, at: 0 });

describe('depacketiser', () => {
  it('gives back what a camera cut up, across the wrap of the sequence number', async () => {
    const pictures = await film({ seconds: 4 });
    const seen = receiver();
    const packetiser = new Packetiser({ pieceBytes: 300 });
    for (const picture of pictures) packetiser.picture(picture, picture.at).forEach(seen.push);
    assert.deepEqual(
      seen.pictures,
      pictures.map(({ key, at, nals }) => ({ key, timestamp: at, nals: nals.filter(isInPicture) })),
    );
    assert.equal(seen.parameterSets.length, 8);
    assert.equal(seen.dropped, 0);
  });

  it('keeps several slices of a picture together', async () => {
    const pictures = await film({ seconds: 1, encoder: ['-slices', '4'] });
    const seen = receiver();
    const packetiser = new Packetiser();
    for (const picture of pictures) packetiser.picture(picture, picture.at).forEach(seen.push);
    assert.equal(seen.pictures.length, 25);
    assert.ok(seen.pictures.every(({ nals }) => nals.filter((nal) => (nal[0]! & 0x1f) !== 6).length === 4));
  });

  it('drops everything from a loss to the next key frame', () => {
    const seen = receiver();
    const packetiser = new Packetiser({ pieceBytes: 10 });
    const long = Array.from({ length: 50 }, (_, i) => i + 1);
    const stream = [key(...long), other(...long), other(...long), other(1), key(...long), other(2)];
    stream.forEach((picture, i) =>
      packetiser.picture(picture, 3600 * i).forEach((packet, j) => (i === 1 && j === 2 ? undefined : seen.push(packet))),
    );
    assert.deepEqual(
      seen.pictures.map(({ timestamp }) => timestamp / 3600),
      [0, 4, 5],
    );
    assert.equal(seen.dropped, 3);
  });

  it('counts pictures of which nothing came, once the next key frame is there', async () => {
    for (const bframes of [0, 2]) {
      const pictures = await film({ seconds: 4, bframes });
      const seen = receiver();
      const packetiser = new Packetiser({ pieceBytes: 300 });
      const lost = (i: number) => [3, 30, 31, 32, 50, 51, 74].includes(i);
      pictures.forEach((picture, i) => {
        const packets = packetiser.picture(picture, 0xffff_0000 + picture.at);
        if (!lost(i)) packets.forEach(seen.push);
      });
      packetiser.picture(pictures[0]!, 0xffff_0000 + pictures[0]!.at + 100 * 3600).forEach(seen.push);
      assert.equal(seen.pictures.length + seen.dropped, 101, `${bframes} B-frames: ${seen.pictures.length} and ${seen.dropped}`);
      assert.ok(seen.dropped > 60);
    }
  });

  it('counts a picture of which only the parameter sets came', () => {
    const seen = receiver();
    const packetiser = new Packetiser();
    const withSets: FilmedPicture = { nals: [Buffer.from([0x68, 0x80]), slice(5, 4)], key: true, at: 0 };
    [key(1), other(2), other(3), withSets, other(5), key(6)].forEach((picture, i) =>
      packetiser.picture(picture, 3600 * i).forEach((packet, j) => (i === 3 && j === 1 ? undefined : seen.push(packet))),
    );
    assert.deepEqual([seen.pictures.length, seen.dropped], [4, 2]);
  });

  it('notices that the beginning of a key frame is missing', () => {
    const seen = receiver();
    const packetiser = new Packetiser();
    packetiser.picture(key(1), 0).forEach(seen.push);
    const continued = Buffer.from([0x65, 0x01, 1]); // first_mb_in_slice is not 0
    packetiser.sequence += 1;
    packetiser.picture({ nals: [continued] }, 3600).forEach(seen.push);
    packetiser.picture(other(1), 7200).forEach(seen.push);
    assert.equal(seen.pictures.length, 1);
    assert.equal(seen.dropped, 2);
  });

  it('takes packets in the wrong order for a loss and goes on at the next key frame', () => {
    const seen = receiver();
    const packetiser = new Packetiser();
    const packets = [key(1), other(2), other(3), key(4), other(5)].flatMap((picture, i) => packetiser.picture(picture, 3600 * i));
    [0, 2, 1, 3, 4].forEach((i) => seen.push(packets[i]!));
    assert.deepEqual(
      seen.pictures.map(({ timestamp }) => timestamp / 3600),
      [0, 3, 4],
    );
  });

  it('ignores a packet that comes twice', () => {
    const seen = receiver();
    const packetiser = new Packetiser();
    const packets = [key(1), other(2), other(3)].flatMap((picture, i) => packetiser.picture(picture, 3600 * i));
    [0, 0, 1, 0, 1, 2].forEach((i) => seen.push(packets[i]!));
    assert.equal(seen.pictures.length, 3);
  });

  it('follows a camera that begins to count anew', () => {
    const seen = receiver();
    const packetiser = new Packetiser({ sequence: 1000 });
    packetiser.picture(key(1), 0).forEach(seen.push);
    packetiser.sequence = 0;
    for (let i = 0; i < 40; i += 1) packetiser.picture(key(i), 3600 * (i + 1)).forEach(seen.push);
    assert.ok(seen.pictures.length > 5);
  });

  it('counts pictures of which nothing came, also after the RTP clock has jumped', () => {
    for (const jump of [0, 3600 * 90_000, -3600 * 90_000]) {
      const seen = receiver();
      const packetiser = new Packetiser();
      for (let i = 0; i < 16; i += 1) {
        const packets = packetiser.picture(i % 5 === 0 ? key(i) : other(i), 3600 * i + (i < 5 ? 0 : jump));
        if (i !== 7 && i !== 8) packets.forEach(seen.push);
      }
      assert.deepEqual([seen.pictures.length, seen.dropped], [13, 3], `a jump of ${jump} ticks`);
    }
  });

  it('waits for a key frame before the first picture', () => {
    const seen = receiver();
    const packetiser = new Packetiser();
    [other(1), other(2), key(3)].forEach((picture, i) => packetiser.picture(picture, 3600 * i).forEach(seen.push));
    assert.equal(seen.pictures.length, 1);
    assert.equal(seen.dropped, 2);
  });

  it('enters a stream without key frames at a recovery point, also after a loss', async () => {
    const pictures = await film({ seconds: 4, encoder: ['-x264-params', 'intra-refresh=1'] });
    assert.equal(pictures.filter(({ key }) => key).length, 1, 'the film has one key frame only');
    const seen = receiver();
    const packetiser = new Packetiser();
    pictures.slice(10).forEach((picture, i) => {
      const packets = packetiser.picture(picture, picture.at);
      for (const packet of i === 30 ? packets.slice(1) : packets) seen.push(packet);
    });
    const entries = seen.pictures.filter((picture) => picture.key).map(({ timestamp }) => timestamp / 3600);
    assert.deepEqual(entries, [25, 50, 75]);
    assert.deepEqual(
      seen.pictures.map(({ timestamp }) => timestamp / 3600).filter((at) => at > 39 && at < 51),
      [50],
    );
  });

  it('does without markers, and with a camera that marks every packet', () => {
    const picture = () => [slice(5, 1), Buffer.from([0x65, 0x01, 2])];
    for (const marker of [false, true]) {
      const seen = receiver();
      const packetiser = new Packetiser();
      for (let i = 0; i < 5; i += 1) for (const nal of picture()) seen.push(packetiser.packet(nal, 3600 * i, marker));
      const whole = seen.pictures.filter(({ nals }) => nals.length === 2);
      assert.ok(whole.length >= 3, `${whole.length} whole pictures with marker ${marker}`);
    }
  });

  it('drops a picture that grows beyond all bounds', () => {
    const seen = receiver();
    const packetiser = new Packetiser();
    packetiser.picture(key(1), 0).forEach(seen.push);
    const piece = Buffer.concat([Buffer.from([0x7c, 0x05]), Buffer.alloc(60_000)]);
    for (let i = 0; i < 100; i += 1)
      seen.push(packetiser.packet(i === 0 ? Buffer.concat([Buffer.from([0x7c, 0x85, 0x80]), piece]) : piece, 3600, i === 99));
    packetiser.picture(key(2), 7200).forEach(seen.push);
    assert.deepEqual(
      seen.pictures.map(({ timestamp }) => timestamp),
      [0, 7200],
    );
  });

  it('survives any packets', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.constantFrom(0x65, 0x61, 0x67, 0x68, 0x78, 0x7c, 0x18, 0x1c, 0x26, 0x02, 0x60, 0x62), fc.uint8Array({ maxLength: 30 }))
        .map(([head, rest]) => Buffer.from([head, ...rest])),
    );
    const packet = fc.record({ payload, timestamp: fc.nat(3), marker: fc.boolean(), skip: fc.nat(1) });
    fc.assert(
      fc.property(fc.constantFrom(h264, h265), fc.array(packet, { maxLength: 20 }), (codec, packets) => {
        const seen = receiver(codec);
        const packetiser = new Packetiser();
        for (const each of packets) {
          packetiser.sequence += each.skip;
          seen.push(packetiser.packet(Buffer.from(each.payload), each.timestamp, each.marker));
        }
        assert.ok(seen.pictures.length === 0 || seen.pictures[0]!.key);
      }),
      { numRuns: 4000 },
    );
  });
});
