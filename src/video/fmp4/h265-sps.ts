import { BitReader } from './bits.ts';

/** What a player must know of an H.265 sequence parameter set (H.265, 7.3.2.2.1 and 7.3.3). */
export interface H265Parameters {
  readonly id: number;
  /** general_profile_space to general_level_idc as they stand in the parameter set: 12 bytes. */
  readonly profileTierLevel: Buffer;
  readonly temporalLayers: number;
  readonly temporalIdNesting: boolean;
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
  /** In pixels, after cropping. */
  readonly width: number;
  readonly height: number;
  /** How many pictures may come before one that is shown earlier. */
  readonly reorderDepth: number;
}

const MAX_SIDE_PIXELS = 16_384;

/**
 * Parses a sequence parameter set, header included.
 * @throws RangeError when it is cut off or describes an impossible picture.
 */
export function parseH265Sps(nal: Buffer): H265Parameters {
  const bits = new BitReader(nal);
  bits.skip(16 + 4);
  const layersBelow = bits.bits(3);
  const temporalIdNesting = bits.flag();
  const profileTierLevel = Buffer.from(Array.from({ length: 12 }, () => bits.bits(8)));
  skipSubLayers(bits, layersBelow);
  const id = bits.unsigned();
  const chromaFormat = bits.unsigned();
  const separatePlanes = chromaFormat === 3 && bits.flag();
  const codedWidth = bits.unsigned();
  const codedHeight = bits.unsigned();
  const [left, right, top, bottom] = bits.flag() ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const bitDepthLuma = 8 + bits.unsigned();
  const bitDepthChroma = 8 + bits.unsigned();
  bits.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
  const reorderDepth = readReorderDepth(bits, layersBelow);

  // H.265, 6.2: chroma samples are half as many in 4:2:0, and in width in 4:2:2.
  const cropX = !separatePlanes && (chromaFormat === 1 || chromaFormat === 2) ? 2 : 1;
  const cropY = !separatePlanes && chromaFormat === 1 ? 2 : 1;
  const width = codedWidth - cropX * (left + right);
  const height = codedHeight - cropY * (top + bottom);
  const possible = id <= 15 && chromaFormat <= 3 && bitDepthLuma <= 16 && bitDepthChroma <= 16 && reorderDepth <= 16;
  if (!possible || width < 1 || height < 1 || width > MAX_SIDE_PIXELS || height > MAX_SIDE_PIXELS) {
    throw new RangeError('the parameter set describes an impossible picture');
  }
  return {
    id,
    profileTierLevel,
    temporalLayers: layersBelow + 1,
    temporalIdNesting,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
    width,
    height,
    reorderDepth,
  };
}

/** sub_layer_profile_present_flag, sub_layer_level_present_flag and what they announce. */
function skipSubLayers(bits: BitReader, layersBelow: number): void {
  if (layersBelow === 0) return;
  const present = Array.from({ length: 8 }, () => ({ profile: bits.flag(), level: bits.flag() })).slice(0, layersBelow);
  for (const { profile, level } of present) bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
}

/** sps_max_num_reorder_pics of the highest layer. */
function readReorderDepth(bits: BitReader, layersBelow: number): number {
  const forEachLayer = bits.flag();
  let depth = 0;
  for (let layer = forEachLayer ? 0 : layersBelow; layer <= layersBelow; layer += 1) {
    bits.unsigned(); // sps_max_dec_pic_buffering_minus1
    depth = bits.unsigned();
    bits.unsigned(); // sps_max_latency_increase_plus1
  }
  return depth;
}
