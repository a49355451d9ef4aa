import { box, u16, u8 } from './boxes.ts';
import type { H265Parameters } from './h265-sps.ts';
import type { SampleEntry } from './init.ts';

/** nal_unit_type of the parameter sets (H.265, table 7-1). */
export const VPS = 32;
export const SPS = 33;
export const PPS = 34;
const ARRAY_IS_COMPLETE = 0x80;

/** The sample entry of H.265 (ISO/IEC 14496-15, 8.3.3.1). `parameters`: of the first of `sps`. */
export function hevcEntry(parameters: H265Parameters, vps: readonly Buffer[], sps: readonly Buffer[], pps: readonly Buffer[]): SampleEntry {
  const { chromaFormat, bitDepthLuma, bitDepthChroma, temporalLayers, temporalIdNesting, width, height } = parameters;
  const array = (type: number, sets: readonly Buffer[]) => [
    u8(ARRAY_IS_COMPLETE | type),
    u16(sets.length),
    ...sets.flatMap((set) => [u16(set.length), set]),
  ];
  const configuration = box(
    'hvcC',
    u8(1),
    parameters.profileTierLevel,
    u16(0xf000), // min_spatial_segmentation_idc
    u8(0xfc, 0xfc | chromaFormat, 0xf8 | (bitDepthLuma - 8), 0xf8 | (bitDepthChroma - 8)),
    u16(0), // avgFrameRate: not told
    u8((temporalLayers << 3) | (temporalIdNesting ? 4 : 0) | 3, 3), // lengths of NAL units have 4 bytes; three arrays
    ...array(VPS, vps),
    ...array(SPS, sps),
    ...array(PPS, pps),
  );
  return { mime: hevcMime(configuration), width, height, format: 'hvc1', configuration };
}

/** The MIME type for a configuration box (ISO/IEC 14496-15, E.3), such as `hvc1.1.6.L93.90`. */
export function hevcMime(hvcC: Buffer): string {
  const first = hvcC[9] ?? 0;
  const profile = `${['', 'A', 'B', 'C'][first >> 6] ?? ''}${first & 0x1f}`;
  const tier = (first & 0x20) === 0 ? 'L' : 'H';
  const constraints = [...hvcC.subarray(14, 20)];
  while (constraints.at(-1) === 0) constraints.pop();
  const parts = [
    profile,
    reversedBits(hvcC.readUInt32BE(10)).toString(16),
    `${tier}${hvcC[20] ?? 0}`,
    ...constraints.map((each) => each.toString(16)),
  ];
  return `video/mp4; codecs="hvc1.${parts.join('.').toUpperCase()}"`;
}

/** The compatibility flags are written with the first one as the lowest bit. */
function reversedBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) reversed = reversed * 2 + ((value >>> bit) & 1);
  return reversed;
}
