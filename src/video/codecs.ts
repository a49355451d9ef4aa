import { avcEntry } from './fmp4/avc.ts';
import { BitReader } from './fmp4/bits.ts';
import { parseH265Sps } from './fmp4/h265-sps.ts';
import { PPS, SPS, VPS, hevcEntry } from './fmp4/hevc.ts';
import { parseSps } from './fmp4/sps.ts';
import type { SetKind, SetReader } from './parameter-sets.ts';
import type { NalCodec } from './rtp/depacketiser.ts';
import { h264 } from './rtp/h264.ts';
import { h265 } from './rtp/h265.ts';
import type { VideoCodec } from './rtsp/sdp.ts';

/** Everything that differs between the codecs which are taken in. */
export interface Codec {
  readonly nal: NalCodec;
  readonly parameterSets: SetReader;
}

const MAX_PPS_ID = 255;

const h264Sets: SetReader = {
  needed: ['sps', 'pps'],
  identify(nal) {
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === 7) return { kind: 'sps', id: parseSps(nal).id };
    return type === 8 ? { kind: 'pps', id: leadingNumber(nal, 1) } : undefined;
  },
  describe({ sps, pps }) {
    const parameters = parseSps(first(sps));
    return { entry: avcEntry(parameters, sps, pps), reorderDepth: parameters.reorderDepth ?? 0 };
  },
};

const h265Kinds: Readonly<Record<number, SetKind>> = { [VPS]: 'vps', [SPS]: 'sps', [PPS]: 'pps' };

const h265Sets: SetReader = {
  needed: ['vps', 'sps', 'pps'],
  identify(nal) {
    const kind = h265Kinds[((nal[0] ?? 0) >> 1) & 0x3f];
    if (kind === 'vps') return { kind, id: (nal[2] ?? 0) >> 4 };
    if (kind === 'sps') return { kind, id: parseH265Sps(nal).id };
    return kind === 'pps' ? { kind, id: leadingNumber(nal, 2) } : undefined;
  },
  describe({ vps, sps, pps }) {
    const parameters = parseH265Sps(first(sps));
    return { entry: hevcEntry(parameters, vps, sps, pps), reorderDepth: parameters.reorderDepth };
  },
};

/** The codecs by their names in session descriptions. */
export const codecs: Readonly<Record<VideoCodec, Codec>> = {
  H264: { nal: h264, parameterSets: h264Sets },
  H265: { nal: h265, parameterSets: h265Sets },
};

/** The identifier of a picture parameter set is the first number behind its header. */
function leadingNumber(nal: Buffer, headerBytes: number): number {
  const bits = new BitReader(nal);
  bits.skip(8 * headerBytes);
  const id = bits.unsigned();
  if (id > MAX_PPS_ID) throw new RangeError('the parameter set has an impossible number');
  return id;
}

function first(sets: readonly Buffer[]): Buffer {
  const [set] = sets;
  if (set === undefined) throw new RangeError('there is no sequence parameter set');
  return set;
}
