import type { NalCodec, NalSink, NalUse } from './depacketiser.ts';
import { hasRecoveryPoint } from './sei.ts';

const PREFIX_INFORMATION = 39;
const AGGREGATE = 48;
const FRAGMENT = 49;
const FU_START = 0x80;
const FU_END = 0x40;

/** RTP payloads of H.265 without DONL fields, which sprop-max-don-diff = 0 means (RFC 7798, 4.4). */
export const h265: NalCodec = {
  unpack(payload, sink) {
    if (payload.length < 3) return false;
    const type = typeOf(payload);
    if (type < AGGREGATE) sink.whole(payload);
    else if (type === AGGREGATE) return unpackAggregate(payload, sink);
    else if (type === FRAGMENT) return unpackFragment(payload, sink);
    else return false;
    return true;
  },
  use: (nal) => (typeOf(nal) === PREFIX_INFORMATION && hasRecoveryPoint(nal, 2) ? 'recovery-point' : useOf(typeOf(nal))),
  // first_slice_segment_in_pic_flag is the slice header's first bit (H.265, 7.3.6.1).
  isFirstSlice: (nal) => ((nal[2] ?? 0) & 0x80) !== 0,
};

function typeOf(nal: Buffer): number {
  return ((nal[0] ?? 0) >> 1) & 0x3f;
}

/** nal_unit_type (H.265, table 7-1): 16 to 21 are random access points, 32 to 34 VPS, SPS and PPS, 39 and 40 supplemental information. */
function useOf(type: number): NalUse {
  if (type >= 16 && type <= 21) return 'key';
  if (type <= 9) return 'picture';
  if (type >= 32 && type <= 34) return 'parameter-set';
  return type === 39 || type === 40 ? 'other' : 'discard';
}

/** RFC 7798, 4.4.2: each unit behind its 16-bit size. */
function unpackAggregate(payload: Buffer, sink: NalSink): boolean {
  let at = 2;
  while (at + 2 <= payload.length) {
    const size = payload.readUInt16BE(at);
    at += 2;
    if (size < 2 || at + size > payload.length) return false;
    sink.whole(payload.subarray(at, at + size));
    at += size;
  }
  return at === payload.length;
}

const rebuiltHeader = Buffer.alloc(2);

/** RFC 7798, 4.4.3: the unit's type is in the FU header, the rest of its header in the payload header. */
function unpackFragment(payload: Buffer, sink: NalSink): boolean {
  if (payload.length < 4) return false;
  const header = payload[2] ?? 0;
  const piece = payload.subarray(3);
  if ((header & FU_START) !== 0) {
    rebuiltHeader[0] = ((payload[0] ?? 0) & 0x81) | ((header & 0x3f) << 1);
    rebuiltHeader[1] = payload[1] ?? 0;
    sink.start(rebuiltHeader, piece);
  } else sink.piece(piece);
  if ((header & FU_END) !== 0) sink.end();
  return true;
}
