import { TICKS_PER_SECOND } from '../rtp/timeline.ts';
import { box, fullBox, text, u16, u32 } from './boxes.ts';

export const TRACK_ID = 1;
const unityMatrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

/** What the sample description says of a codec. */
export interface SampleEntry {
  /** For MediaSource, such as `video/mp4; codecs="avc1.64001f"`. */
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  /** `avc1` or `hvc1`. */
  readonly format: string;
  /** The box with the parameter sets: `avcC` or `hvcC`. */
  readonly configuration: Buffer;
}

/** The initialisation segment of a single video track whose pictures come in fragments (ISO/IEC 14496-12, 8.8). */
export function initSegment({ format, configuration, width, height }: SampleEntry): Buffer {
  const sampleEntry = box(
    format,
    Buffer.alloc(6),
    u16(1), // data_reference_index
    Buffer.alloc(16),
    u16(width, height),
    u32(0x480000, 0x480000, 0), // 72 dpi
    u16(1), // frame_count
    Buffer.alloc(32), // compressorname
    u16(0x18, 0xffff), // depth; pre_defined
    configuration,
  );
  const sampleTable = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  const media = box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, TICKS_PER_SECOND, 0), u16(0x55c4, 0)), // language "und"
    fullBox('hdlr', 0, 0, u32(0), text('vide'), u32(0, 0, 0), text('Sallyport\0')),
    box('minf', fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)), box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1))), sampleTable),
  );
  const header = fullBox('mvhd', 0, 0, u32(0, 0, 1000, 0, 0x10000), u16(0x100, 0), u32(0, 0), unityMatrix, Buffer.alloc(24), u32(TRACK_ID + 1));
  const trackHeader = fullBox(
    'tkhd',
    0,
    3, // enabled, in the movie
    u32(0, 0, TRACK_ID, 0, 0, 0, 0),
    u16(0, 0, 0, 0),
    unityMatrix,
    u32(width * 0x10000, height * 0x10000),
  );
  return Buffer.concat([
    box('ftyp', text('iso6'), u32(1), text('iso6mp41')),
    box('moov', header, box('trak', trackHeader, media), box('mvex', fullBox('trex', 0, 0, u32(TRACK_ID, 1, 0, 0, 0)))),
  ]);
}
