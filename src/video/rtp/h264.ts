import type { NalCodec, NalSink, NalUse } from './depacketiser.ts';
import { hasRecoveryPoint } from './sei.ts';

/** nal_unit_type (H.264, table 7-1) to what we do with it. Partitioned slices (2 to 4) belong to the extended profile, which no camera uses. */
const uses: Readonly<Record<number, NalUse>> = {
  1: 'picture',
  5: 'key',
  7: 'parameter-set', // sequence
  8: 'parameter-set', // picture
};

const SUPPLEMENTAL_INFORMATION = 6;
const STAP_A = 24;
const FU_A = 28;
const FU_START = 0x80;
const FU_END = 0x40;

/** RTP payloads of H.264, packetisation modes 0 and 1 (RFC 6184, 5.4). */
export const h264: NalCodec = {
  unpack(payload, sink) {
    if (payload.length < 2) return false;
    const type = (payload[0] ?? 0) & 0x1f;
    if (type >= 1 && type < STAP_A) sink.whole(payload);
    else if (type === STAP_A) return unpackAggregate(payload, sink);
    else if (type === FU_A) return unpackFragment(payload, sink);
    else return false;
    return true;
  },
  use(nal) {
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === SUPPLEMENTAL_INFORMATION) return hasRecoveryPoint(nal, 1) ? 'recovery-point' : 'other';
    return uses[type] ?? 'discard';
  },
  // first_mb_in_slice is the first Exp-Golomb number of the slice header (H.264, 7.3.3): a single 1 bit when it is 0.
  isFirstSlice: (nal) => ((nal[1] ?? 0) & 0x80) !== 0,
};

/** RFC 6184, 5.7.1: each unit behind its 16-bit size. */
function unpackAggregate(payload: Buffer, sink: NalSink): boolean {
  let at = 1;
  while (at + 2 <= payload.length) {
    const size = payload.readUInt16BE(at);
    at += 2;
    if (size === 0 || at + size > payload.length) return false;
    sink.whole(payload.subarray(at, at + size));
    at += size;
  }
  return at === payload.length;
}

const rebuiltHeader = Buffer.alloc(1);

/** RFC 6184, 5.8: the unit's header is spread over the FU indicator and the FU header. */
function unpackFragment(payload: Buffer, sink: NalSink): boolean {
  if (payload.length < 3) return false;
  const indicator = payload[0] ?? 0;
  const header = payload[1] ?? 0;
  const piece = payload.subarray(2);
  if ((header & FU_START) !== 0) {
    rebuiltHeader[0] = (indicator & 0xe0) | (header & 0x1f);
    sink.start(rebuiltHeader, piece);
  } else sink.piece(piece);
  if ((header & FU_END) !== 0) sink.end();
  return true;
}
