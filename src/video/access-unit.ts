import { ACCESS_UNIT_HEADER_BYTES } from '../desk/video-protocol.ts';
import { FRAGMENT_HEADER_BYTES, readFragmentHeader } from './fmp4/fragment.ts';
import type { PastStream } from './past.ts';
import { epochAt } from './rtp/timeline.ts';

// A picture for a decoder that has no use for MP4: see desk/video-protocol.ts. What stands behind a fragment's header is
// the access unit in the form that decoders take (ISO/IEC 14496-15, 5.3.2), so nothing of it is touched.

let last: { readonly fragment: Buffer; readonly stream: PastStream; readonly unit: Buffer } | undefined;

/** The message for a fragment. All viewers of a live picture are given it one after the other, so the last one is kept for them. */
export function accessUnit(fragment: Buffer, stream: PastStream): Buffer {
  if (last?.fragment === fragment && last.stream === stream) return last.unit;
  const { key, showAt } = readFragmentHeader(fragment);
  const unit = Buffer.allocUnsafe(ACCESS_UNIT_HEADER_BYTES + fragment.length - FRAGMENT_HEADER_BYTES);
  unit.fill(0, 0, ACCESS_UNIT_HEADER_BYTES);
  unit.writeUInt8(key ? 1 : 0, 0);
  unit.writeDoubleBE(epochAt(stream.epochAtZero, showAt), 8);
  fragment.copy(unit, ACCESS_UNIT_HEADER_BYTES, FRAGMENT_HEADER_BYTES);
  last = { fragment, stream, unit };
  return unit;
}
