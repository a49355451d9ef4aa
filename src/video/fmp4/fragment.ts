import { box, fullBox, readUInt64, u32, writeUInt64 } from './boxes.ts';
import { TRACK_ID } from './init.ts';

// One picture is one fragment: moof + mdat (ISO/IEC 14496-12, 8.8). Its header has a fixed size, so it is written
// into the room in front of the picture, and the whole is one Buffer for every viewer.

const DEFAULT_BASE_IS_MOOF = 0x020000;
/** data-offset, then of each sample its duration, size, flags and composition offset. */
const TRUN_FLAGS = 0x000f01;
const SAMPLE_IS_KEY = 0x02000000; // depends on no other
const SAMPLE_IS_NOT_KEY = 0x01010000; // depends on others, is no sync sample

const template = Buffer.concat([
  box(
    'moof',
    fullBox('mfhd', 0, 0, u32(0)),
    box(
      'traf',
      fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(TRACK_ID)),
      fullBox('tfdt', 1, 0, u32(0, 0)),
      fullBox('trun', 1, TRUN_FLAGS, u32(1, 112, 0, 0, 0, 0)),
    ),
  ),
  box('mdat'),
]);

/** The header's size; a picture is built behind this much room. */
export const FRAGMENT_HEADER_BYTES = template.length;
const SEQUENCE_AT = 20;
const DECODE_TIME_AT = 60;
const DURATION_AT = 88;
const SIZE_AT = 92;
const FLAGS_AT = 96;
const COMPOSITION_AT = 100;
const MDAT_SIZE_AT = 104;

/** Times in ticks of 1/90000 s on the camera's timeline. */
export interface FragmentTimes {
  readonly decodeAt: number;
  readonly showAt: number;
  readonly duration: number;
}

/** Fills in the header. `fragment`: room of `FRAGMENT_HEADER_BYTES`, then the picture. */
export function writeFragmentHeader(fragment: Buffer, sequence: number, key: boolean, { decodeAt, showAt, duration }: FragmentTimes): void {
  const size = fragment.length - FRAGMENT_HEADER_BYTES;
  template.copy(fragment);
  fragment.writeUInt32BE(sequence >>> 0, SEQUENCE_AT);
  writeUInt64(fragment, decodeAt, DECODE_TIME_AT);
  fragment.writeUInt32BE(duration, DURATION_AT);
  fragment.writeUInt32BE(size, SIZE_AT);
  fragment.writeUInt32BE(key ? SAMPLE_IS_KEY : SAMPLE_IS_NOT_KEY, FLAGS_AT);
  fragment.writeInt32BE(showAt - decodeAt, COMPOSITION_AT);
  fragment.writeUInt32BE(size + 8, MDAT_SIZE_AT);
}

/** Sets the duration again, once the next picture has shown what it is. */
export function setFragmentDuration(fragment: Buffer, duration: number): void {
  fragment.writeUInt32BE(duration, DURATION_AT);
}

/** Numbers the fragment anew (ISO/IEC 14496-12, 8.8.5). */
export function setFragmentSequence(fragment: Buffer, sequence: number): void {
  fragment.writeUInt32BE(sequence >>> 0, SEQUENCE_AT);
}

/** Moves the picture to another time. */
export function setFragmentDecodeTime(fragment: Buffer, decodeAt: number): void {
  writeUInt64(fragment, decodeAt, DECODE_TIME_AT);
}

/** A copy of the fragment with `units`, each behind its length, in front of its picture. */
export function withUnitsInFront(fragment: Buffer, units: Buffer): Buffer {
  const longer = Buffer.concat([fragment.subarray(0, FRAGMENT_HEADER_BYTES), units, fragment.subarray(FRAGMENT_HEADER_BYTES)]);
  const size = longer.length - FRAGMENT_HEADER_BYTES;
  longer.writeUInt32BE(size, SIZE_AT);
  longer.writeUInt32BE(size + 8, MDAT_SIZE_AT);
  return longer;
}

/** What the header of a fragment that was written here says. */
export function readFragmentHeader(fragment: Buffer): FragmentTimes & { readonly key: boolean } {
  const decodeAt = readUInt64(fragment, DECODE_TIME_AT);
  return {
    decodeAt,
    showAt: decodeAt + fragment.readInt32BE(COMPOSITION_AT),
    duration: fragment.readUInt32BE(DURATION_AT),
    key: fragment.readUInt32BE(FLAGS_AT) === SAMPLE_IS_KEY,
  };
}
