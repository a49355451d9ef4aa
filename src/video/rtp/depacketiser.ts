import type { PictureWriter } from '../picture-writer.ts';
import type { Slab } from '../slabs.ts';
import { MissingPictures } from './missing-pictures.ts';
import type { RtpPacket } from './rtp.ts';

/**
 * What a NAL unit is for. `discard` is left out of the picture: delimiters, filler. `recovery-point`: from here on a decoder gets a whole picture
 * in the end, which is the only way into a stream that refreshes bit by bit instead of sending key frames.
 */
export type NalUse = 'key' | 'picture' | 'parameter-set' | 'recovery-point' | 'other' | 'discard';

/** Takes NAL units from RTP payloads, in pieces where they were fragmented. */
export interface NalSink {
  whole(nal: Buffer): void;
  /** The first piece of a fragmented unit, with its header rebuilt. */
  start(header: Buffer, piece: Buffer): void;
  piece(piece: Buffer): void;
  end(): void;
}

/** What differs between H.264 and H.265. */
export interface NalCodec {
  /** Takes a payload apart. False when it is malformed. */
  unpack(payload: Buffer, sink: NalSink): boolean;
  /** `nal` begins with its header; more need not be there. */
  use(nal: Buffer): NalUse;
  /** Whether a slice is the first of its picture. */
  isFirstSlice(nal: Buffer): boolean;
}

export interface AssembledPicture {
  readonly key: boolean;
  readonly timestamp: number;
  /** Room for the fragment's header, then the picture's NAL units, each behind its length. */
  readonly bytes: Buffer;
  readonly slab: Slab;
}

export interface DepacketiserHandlers {
  picture(picture: AssembledPicture): void;
  /** `nal` is valid during the call only. */
  parameterSet(nal: Buffer): void;
  /** So many pictures were lost, incomplete, or depend on one that was, or on a key frame from before the stream was received. */
  dropped(count: number): void;
}

/** More late packets than this mean that the camera began to count anew. */
const MAX_LATE_IN_A_ROW = 32;

/**
 * Assembles access units (RFC 6184, 5; RFC 7798, 4) straight into slabs. After a loss it drops everything up to the next key frame,
 * since a decoder would only smear what it cannot predict.
 */
export class Depacketiser {
  readonly #codec: NalCodec;
  readonly #writer: PictureWriter;
  readonly #handlers: DepacketiserHandlers;
  readonly #missing = new MissingPictures();
  #expectedSequence: number | undefined;
  #source: number | undefined;
  #lateInARow = 0;
  #timestamp: number | undefined;
  #state: 'start' | 'playing' | 'lost' = 'start';
  /** Of the picture being assembled. */
  #key = false;
  #recovers = false;
  #slices = 0;
  #damaged = false;
  #inFragment = false;
  #finishedTimestamp: number | undefined;
  /** False once a camera was seen to mark packets that are not the last of their picture. */
  #markerEndsPicture = true;
  readonly #sink: NalSink;

  constructor(codec: NalCodec, writer: PictureWriter, handlers: DepacketiserHandlers) {
    this.#codec = codec;
    this.#writer = writer;
    this.#handlers = handlers;
    this.#sink = {
      whole: (nal) => {
        if (this.#inFragment) this.#damage();
        this.#open(nal);
        this.#close();
      },
      start: (header, piece) => {
        if (this.#inFragment) this.#damage();
        this.#open(header, piece);
        this.#inFragment = true;
      },
      piece: (piece) => {
        if (!this.#inFragment) this.#damage();
        else if (!this.#writer.append(piece)) this.#damage();
      },
      end: () => {
        if (this.#inFragment) this.#close();
      },
    };
  }

  /** Takes the packets of one track in the order of their arrival. */
  push(packet: RtpPacket): void {
    if (!this.#inOrder(packet)) return;
    if (packet.timestamp !== this.#timestamp) {
      this.#finish();
      this.#timestamp = packet.timestamp;
    }
    if (!this.#codec.unpack(packet.payload, this.#sink)) this.#damage();
    if (packet.marker && this.#markerEndsPicture) this.#finish();
  }

  /** False for a packet that came late or twice; a gap damages the picture that it tore. */
  #inOrder({ sequence, source, timestamp }: RtpPacket): boolean {
    const ahead = this.#expectedSequence === undefined ? 0 : (sequence - this.#expectedSequence) & 0xffff;
    const late = ahead >= 0x8000;
    this.#lateInARow = late ? this.#lateInARow + 1 : 0;
    const restarted = (source !== this.#source && this.#source !== undefined) || this.#lateInARow > MAX_LATE_IN_A_ROW;
    if (late && !restarted) return false;
    this.#lateInARow = 0;
    this.#expectedSequence = (sequence + 1) & 0xffff;
    this.#source = source;
    if (ahead === 0 && !restarted) return true;
    if (restarted) this.#missing.restart();
    else this.#missing.lost(ahead);
    this.#damage();
    if (timestamp === this.#timestamp) return true;
    // A new picture begins, maybe whole: its first slice will tell. Of the one before at least the end is missing, if it had not come by then.
    if (this.#timestamp !== undefined && this.#timestamp !== this.#finishedTimestamp) this.#endDamaged();
    else this.#reset();
    return true;
  }

  #open(...pieces: Buffer[]): void {
    if (!this.#writer.beginNal() || !pieces.every((piece) => this.#writer.append(piece))) this.#damage();
  }

  #close(): void {
    this.#inFragment = false;
    if (this.#damaged) return this.#writer.abandon();
    const nal = this.#writer.endNal();
    const use = this.#codec.use(nal);
    if (use === 'parameter-set') this.#handlers.parameterSet(nal);
    if (use === 'parameter-set' || use === 'discard') return this.#writer.dropNal();
    if (use === 'recovery-point') this.#recovers = true;
    if (use === 'recovery-point' || use === 'other') return;
    if (this.#slices === 0) this.#beginPicture(nal);
    this.#slices += 1;
    // A key frame may have other slices beside its first only in broken streams; the first decides.
    if (this.#slices === 1) this.#key = use === 'key';
  }

  #beginPicture(nal: Buffer): void {
    if (this.#timestamp === this.#finishedTimestamp) this.#markerEndsPicture = false;
    if (!this.#codec.isFirstSlice(nal)) this.#damage();
  }

  #finish(): void {
    if (this.#inFragment) this.#damage();
    if (this.#damaged) return this.#endDamaged();
    // Parameter sets may come in packets of their own that are marked as if they were a picture.
    if (this.#slices === 0) return;
    this.#finishedTimestamp = this.#timestamp;
    const key = this.#key || this.#recovers;
    if (!key && this.#state !== 'playing') return this.#endDamaged();
    this.#state = 'playing';
    const timestamp = this.#timestamp ?? 0;
    const missing = this.#missing.over(timestamp, key);
    if (missing > 0) this.#handlers.dropped(missing);
    const picture = { key, timestamp, ...this.#writer.finish() };
    this.#reset();
    this.#handlers.picture(picture);
  }

  #damage(): void {
    this.#damaged = true;
    this.#inFragment = false;
    if (this.#state === 'playing') this.#state = 'lost';
    this.#writer.abandon();
  }

  #endDamaged(): void {
    this.#finishedTimestamp = this.#timestamp;
    this.#missing.over(this.#timestamp ?? 0, false);
    this.#writer.abandon();
    this.#reset();
    this.#handlers.dropped(1);
  }

  #reset(): void {
    this.#key = false;
    this.#recovers = false;
    this.#slices = 0;
    this.#damaged = false;
    this.#inFragment = false;
  }
}
