import { BitReader } from './bits.ts';

/** What a player must know of an H.264 sequence parameter set (H.264, 7.3.2.1.1 and E.1.1). */
export interface SequenceParameters {
  readonly id: number;
  readonly profile: number;
  /** The byte of constraint flags between profile and level. */
  readonly constraints: number;
  readonly level: number;
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  /** In pixels, after cropping. */
  readonly width: number;
  readonly height: number;
  /** How many pictures may come before one that is shown earlier: 0 means that there are no B-frames. Undefined when it is not said. */
  readonly reorderDepth: number | undefined;
}

/** Profiles whose parameter sets tell the chroma format (H.264, 7.3.2.1.1). */
export const highProfiles: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const MAX_SIDE_PIXELS = 16_384;

/**
 * Parses a sequence parameter set, header byte included.
 * @throws RangeError when it is cut off or describes an impossible picture.
 */
export function parseSps(nal: Buffer): SequenceParameters {
  const bits = new BitReader(nal);
  bits.skip(8);
  const profile = bits.bits(8);
  const constraints = bits.bits(8);
  const level = bits.bits(8);
  const id = bits.unsigned();
  const { chromaFormat, separatePlanes, bitDepthLuma, bitDepthChroma } = highProfiles.has(profile) ? readChroma(bits) : chroma420;
  bits.unsigned(); // log2_max_frame_num_minus4
  const orderType = readPictureOrder(bits);
  bits.unsigned(); // max_num_ref_frames
  bits.flag(); // gaps_in_frame_num_value_allowed_flag
  const widthInMacroblocks = bits.unsigned() + 1;
  const heightInMapUnits = bits.unsigned() + 1;
  const framesOnly = bits.flag();
  if (!framesOnly) bits.flag(); // mb_adaptive_frame_field_flag
  bits.flag(); // direct_8x8_inference_flag
  const [left, right, top, bottom] = bits.flag() ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];

  // H.264, 7.4.2.1.1: cropping counts in chroma samples, of fields where the picture may consist of fields.
  const arrayType = separatePlanes ? 0 : chromaFormat;
  const cropX = arrayType === 1 || arrayType === 2 ? 2 : 1;
  const cropY = (arrayType === 1 ? 2 : 1) * (framesOnly ? 1 : 2);
  const width = 16 * widthInMacroblocks - cropX * (left + right);
  const height = 16 * heightInMapUnits * (framesOnly ? 1 : 2) - cropY * (top + bottom);
  if (id > 31 || width < 1 || height < 1 || width > MAX_SIDE_PIXELS || height > MAX_SIDE_PIXELS) {
    throw new RangeError('the parameter set describes an impossible picture');
  }
  // Baseline has no B-frames, and order type 2 means that pictures are shown as they come (H.264, 8.2.1.3).
  const inOrder = profile === 66 || orderType === 2;
  return {
    id,
    profile,
    constraints,
    level,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    width,
    height,
    reorderDepth: inOrder ? 0 : readReorderDepth(bits),
  };
}

const chroma420 = { chromaFormat: 1, separatePlanes: false, bitDepthLuma: 8, bitDepthChroma: 8 };

function readChroma(bits: BitReader): typeof chroma420 {
  const chromaFormat = bits.unsigned();
  const separatePlanes = chromaFormat === 3 && bits.flag();
  const bitDepthLuma = 8 + bits.unsigned();
  const bitDepthChroma = 8 + bits.unsigned();
  if (chromaFormat > 3 || bitDepthLuma > 14 || bitDepthChroma > 14) throw new RangeError('the parameter set describes an impossible picture');
  bits.flag(); // qpprime_y_zero_transform_bypass_flag
  if (bits.flag()) {
    const lists = chromaFormat === 3 ? 12 : 8;
    for (let i = 0; i < lists; i += 1) if (bits.flag()) skipScalingList(bits, i < 6 ? 16 : 64);
  }
  return { chromaFormat, separatePlanes, bitDepthLuma, bitDepthChroma };
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size; i += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

/** pic_order_cnt_type and what belongs to it. */
function readPictureOrder(bits: BitReader): number {
  const type = bits.unsigned();
  if (type === 0) bits.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
  if (type !== 1) return type;
  bits.flag(); // delta_pic_order_always_zero_flag
  bits.signed(); // offset_for_non_ref_pic
  bits.signed(); // offset_for_top_to_bottom_field
  const cycle = bits.unsigned();
  if (cycle > 255) throw new RangeError('the parameter set holds an impossible number');
  for (let i = 0; i < cycle; i += 1) bits.signed();
  return type;
}

/** max_num_reorder_frames at the end of the usability information (E.1.1), which some cameras cut off: then it is not known. */
function readReorderDepth(bits: BitReader): number | undefined {
  try {
    if (!bits.flag()) return undefined; // vui_parameters_present_flag
    if (bits.flag() && bits.bits(8) === 255) bits.skip(32); // aspect_ratio: Extended_SAR
    if (bits.flag()) bits.skip(1); // overscan
    if (bits.flag()) {
      bits.skip(4); // video_format, video_full_range_flag
      if (bits.flag()) bits.skip(24); // colour description
    }
    if (bits.flag()) {
      bits.unsigned(); // chroma sample location
      bits.unsigned();
    }
    if (bits.flag()) bits.skip(65); // timing
    const nalHrd = bits.flag();
    if (nalHrd) skipHrd(bits);
    const vclHrd = bits.flag();
    if (vclHrd) skipHrd(bits);
    if (nalHrd || vclHrd) bits.skip(1); // low_delay_hrd_flag
    bits.skip(1); // pic_struct_present_flag
    if (!bits.flag()) return undefined; // bitstream_restriction_flag
    bits.skip(1); // motion_vectors_over_pic_boundaries_flag
    for (let i = 0; i < 4; i += 1) bits.unsigned();
    const depth = bits.unsigned();
    return depth <= 16 ? depth : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function skipHrd(bits: BitReader): void {
  const count = bits.unsigned() + 1;
  if (count > 32) throw new RangeError('the parameter set holds an impossible number');
  bits.skip(8); // bit_rate_scale, cpb_size_scale
  for (let i = 0; i < count; i += 1) {
    bits.unsigned();
    bits.unsigned();
    bits.skip(1);
  }
  bits.skip(20);
}
