import { avcEntry, initSegment } from './fmp4/init.ts';
import { parseSps } from './fmp4/sps.ts';
import { BitReader } from './fmp4/bits.ts';
import type { NalCodec } from './rtp/depacketiser.ts';
import { h264 } from './rtp/h264.ts';
import type { VideoCodec, VideoMedia } from './rtsp/sdp.ts';
import { VideoError } from './video-error.ts';

/** What parameter sets say, ready to be sent. */
export interface Description {
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  readonly reorderDepth: number;
  readonly init: Buffer;
}

/** The parameter sets of one stream, from its session description and from the stream itself. */
export interface ParameterSets {
  /** Remembers a parameter set; the bytes are copied if they are new. One that cannot be understood is ignored. */
  add(nal: Buffer): void;
  /** The description of the stream if it changed since it was last taken and is complete. */
  takeChange(): Description | undefined;
}

const MAX_PARAMETER_SET_BYTES = 1024;
/** Far more than any camera uses. */
const MAX_PARAMETER_SETS = 16;

class H264ParameterSets implements ParameterSets {
  readonly #sps = new Map<number, Buffer>();
  readonly #pps = new Map<number, Buffer>();
  #changed = false;

  add(nal: Buffer): void {
    const isSps = ((nal[0] ?? 0) & 0x1f) === 7;
    const sets = isSps ? this.#sps : this.#pps;
    // The usual case, since cameras repeat them before every key frame.
    for (const known of sets.values()) if (known.equals(nal)) return;
    const id = nal.length > MAX_PARAMETER_SET_BYTES ? undefined : identify(nal, isSps);
    if (id === undefined || (sets.size >= MAX_PARAMETER_SETS && !sets.has(id))) return;
    sets.set(id, Buffer.from(nal));
    this.#changed = true;
  }

  takeChange(): Description | undefined {
    const first = [...this.#sps.values()][0];
    if (!this.#changed || first === undefined || this.#pps.size === 0) return undefined;
    this.#changed = false;
    const parameters = parseSps(first);
    const entry = avcEntry({ ...parameters, sps: [...this.#sps.values()], pps: [...this.#pps.values()] });
    const { mime, width, height } = entry;
    return { mime, width, height, reorderDepth: parameters.reorderDepth ?? 0, init: initSegment(entry) };
  }
}

/** The identifier within a parameter set; undefined for bytes that are none. */
function identify(nal: Buffer, isSps: boolean): number | undefined {
  try {
    if (isSps) return parseSps(nal).id;
    const bits = new BitReader(nal);
    bits.skip(8);
    const id = bits.unsigned();
    return id <= 255 ? id : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export interface Codec {
  readonly nal: NalCodec;
  parameterSets(): ParameterSets;
}

/** The codecs that can be muxed, by their names in session descriptions. */
const codecs: Partial<Record<VideoCodec, Codec>> = {
  H264: { nal: h264, parameterSets: () => new H264ParameterSets() },
};

/** How to take a track apart and describe it. @throws VideoError `unsupported`. */
export function codecOf({ codec }: VideoMedia): Codec {
  const found = codecs[codec];
  if (found === undefined) throw new VideoError('unsupported', "H.265 is not supported yet by this camera's tile; set the camera's stream to H.264");
  return found;
}
