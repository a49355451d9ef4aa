import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ACCESS_UNIT_HEADER_BYTES } from '../../src/desk/video-protocol.ts';

const FRAMES_PER_SECOND = 25;
/** A group of pictures is one second. */
const GROUP = 25;
const CLIP_SECONDS = 8;

/** An endless camera made of a clip of fragmented MP4, one fragment a frame, whose time stamps are rewritten as it repeats. */
export class FakeCamera {
  readonly initialisation: Buffer;
  readonly mime: string;
  /** For a decoder that is given access units. */
  readonly configuration: Buffer;
  readonly epochAtZero: number;
  readonly #frames: readonly Buffer[];
  readonly #ticksPerFrame: number;

  private constructor(file: Buffer, epochAtZero: number) {
    const boxes = boxesOf(file);
    this.initialisation = Buffer.concat(boxes.filter(({ type }) => type === 'ftyp' || type === 'moov').map(({ bytes }) => bytes));
    const heads = boxes.filter(({ type }) => type === 'moof');
    const bodies = boxes.filter(({ type }) => type === 'mdat');
    this.#frames = heads.map(({ bytes }, index) => Buffer.concat([bytes, bodies[index]!.bytes]));
    this.#ticksPerFrame = decodeTime(this.#frames[1]!) - decodeTime(this.#frames[0]!);
    const box = this.initialisation.indexOf('avcC') - 4;
    this.configuration = this.initialisation.subarray(box + 8, box + this.initialisation.readUInt32BE(box));
    this.mime = `video/mp4; codecs="avc1.${this.configuration.subarray(1, 4).toString('hex')}"`;
    this.epochAtZero = epochAtZero;
  }

  /** Makes the clip in `folder` with ffmpeg; the camera has been running since `epochAtZero`. */
  static async make(folder: string, epochAtZero: number): Promise<FakeCamera> {
    const path = join(folder, 'clip.mp4');
    const source = `testsrc2=size=640x360:rate=${FRAMES_PER_SECOND}:duration=${CLIP_SECONDS}`;
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '0', '-g', `${GROUP}`, '-sc_threshold', '0'];
    const fragments = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof'];
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...coding, ...fragments, path]);
    return new FakeCamera(await readFile(path), epochAtZero);
  }

  /** The number of the frame that was taken at `at`. */
  frameAt(at: number): number {
    return Math.floor(((at - this.epochAtZero) * FRAMES_PER_SECOND) / 1000);
  }

  /** The first frame of the group of pictures to which `frame` belongs. */
  keyFrame(frame: number): number {
    return frame - (frame % GROUP);
  }

  /** The frames from `first` up to and without `end`, as one piece. */
  fragments(first: number, end: number): Buffer {
    return Buffer.concat(Array.from({ length: Math.max(0, end - first) }, (_, index) => this.#fragment(first + index)));
  }

  /** A frame as an access unit behind its header. */
  unit(frame: number): Buffer {
    const fragment = this.#frames[frame % this.#frames.length]!;
    const header = Buffer.alloc(ACCESS_UNIT_HEADER_BYTES);
    header.writeUInt8(frame === this.keyFrame(frame) ? 1 : 0);
    header.writeDoubleBE(this.epochAtZero + (frame * 1000) / FRAMES_PER_SECOND, 8);
    return Buffer.concat([header, fragment.subarray(fragment.indexOf('mdat') + 4)]);
  }

  #fragment(frame: number): Buffer {
    const fragment = Buffer.from(this.#frames[frame % this.#frames.length]!);
    fragment.writeBigUInt64BE(BigInt(frame * this.#ticksPerFrame), fragment.indexOf('tfdt') + 8);
    return fragment;
  }
}

// ISO/IEC 14496-12, 8.8.12: TrackFragmentBaseMediaDecodeTimeBox; ffmpeg writes version 1, with 64 bits.
function decodeTime(fragment: Buffer): number {
  return Number(fragment.readBigUInt64BE(fragment.indexOf('tfdt') + 8));
}

function boxesOf(file: Buffer): { type: string; bytes: Buffer }[] {
  const boxes = [];
  for (let at = 0; at < file.length; at += file.readUInt32BE(at)) {
    boxes.push({ type: file.toString('latin1', at + 4, at + 8), bytes: file.subarray(at, at + file.readUInt32BE(at)) });
  }
  return boxes;
}
