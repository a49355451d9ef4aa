import { box, u16, u8 } from './boxes.ts';
import type { SampleEntry } from './init.ts';
import type { SequenceParameters } from './sps.ts';

/** Profiles whose configuration tells no chroma format (ISO/IEC 14496-15, 5.3.3.1.2): baseline, main, extended. */
const plainProfiles: ReadonlySet<number> = new Set([66, 77, 88]);

/** The sample entry of H.264 (ISO/IEC 14496-15, 5.3.3.1). `parameters`: of the first of `sps`. */
export function avcEntry(parameters: SequenceParameters, sps: readonly Buffer[], pps: readonly Buffer[]): SampleEntry {
  const { profile, constraints, level, chromaFormat, bitDepthLuma, bitDepthChroma, width, height } = parameters;
  const sized = (sets: readonly Buffer[]) => sets.flatMap((set) => [u16(set.length), set]);
  const configuration = box(
    'avcC',
    u8(1, profile, constraints, level, 0xff, 0xe0 | sps.length), // lengths of NAL units have 4 bytes
    ...sized(sps),
    u8(pps.length),
    ...sized(pps),
    ...(plainProfiles.has(profile) ? [] : [u8(0xfc | chromaFormat, 0xf8 | (bitDepthLuma - 8), 0xf8 | (bitDepthChroma - 8), 0)]),
  );
  return { mime: avcMime(configuration), width, height, format: 'avc1', configuration };
}

/** The MIME type for a configuration box (RFC 6381, 3.3). */
export function avcMime(avcC: Buffer): string {
  return `video/mp4; codecs="avc1.${avcC.toString('hex', 9, 12)}"`;
}
