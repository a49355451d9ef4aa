import type { Clock } from '../domain/clock.ts';
import { setFragmentDuration, writeFragmentHeader } from './fmp4/fragment.ts';
import type { PictureWriter } from './picture-writer.ts';
import type { Group, Picture, Ring, StreamDescription } from './ring.ts';
import { codecs } from './codecs.ts';
import { ParameterSets } from './parameter-sets.ts';
import { Depacketiser } from './rtp/depacketiser.ts';
import type { AssembledPicture } from './rtp/depacketiser.ts';
import type { SenderReport } from './rtp/rtcp.ts';
import type { RtpPacket } from './rtp/rtp.ts';
import { DecodeTimes, TICKS_PER_SECOND } from './rtp/timeline.ts';
import type { Timeline } from './rtp/timeline.ts';
import type { VideoMedia } from './rtsp/sdp.ts';

/** Until the first two pictures have shown the rate: 25 a second. */
const USUAL_PICTURE_TICKS = TICKS_PER_SECOND / 25;
/** A longer pause is a loss and no picture that is shown for so long. */
const MAX_PICTURE_TICKS = 3 * TICKS_PER_SECOND;

export interface IngestOptions {
  readonly media: VideoMedia;
  readonly ring: Ring;
  readonly timeline: Timeline;
  /** The camera's, which goes on where the session before left it: a slab for each session would hold little but the pictures of a bad line. */
  readonly writer: PictureWriter;
  readonly clock: Clock;
  /** The description of the session before, so that an unchanged one is not told again. */
  readonly previousStream: StreamDescription | undefined;
  /** Called for each picture that is in the ring, after it was put there. */
  readonly onPicture: (picture: Picture, group: Group) => void;
  /** Called when any picture arrives, usable or not. */
  readonly onArrival: () => void;
}

/** Turns the RTP packets of one session into fragments in the camera's ring. */
export class Ingest {
  /** Pictures that were lost, incomplete, or cannot be decoded without such a one or one from before. */
  dropped = 0;
  /** The camera's wall clock minus ours, as its sender reports tell it. */
  clockOffsetMs: number | undefined;
  readonly #options: IngestOptions;
  readonly #depacketiser: Depacketiser;
  readonly #parameterSets: ParameterSets;
  readonly #decodeTimes: DecodeTimes;
  #stream: StreamDescription | undefined;
  #previous: Picture | undefined;
  #pictureTicks = USUAL_PICTURE_TICKS;
  #sequence = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#decodeTimes = new DecodeTimes(options.timeline.latest);
    const codec = codecs[options.media.codec];
    options.writer.abandon();
    this.#parameterSets = new ParameterSets(codec.parameterSets);
    for (const set of options.media.parameterSets) this.#parameterSets.add(set);
    this.#depacketiser = new Depacketiser(codec.nal, options.writer, {
      picture: (picture) => this.#picture(picture),
      parameterSet: (nal) => this.#parameterSets.add(nal),
      dropped: (count) => {
        this.dropped += count;
        options.onArrival();
      },
    });
    options.timeline.startSession();
  }

  packet(packet: RtpPacket): void {
    this.#depacketiser.push(packet);
  }

  senderReport({ cameraTime }: SenderReport): void {
    if (cameraTime !== undefined) this.clockOffsetMs = cameraTime - this.#options.clock.now();
  }

  #picture({ key, timestamp, bytes, slab }: AssembledPicture): void {
    const { ring, timeline, clock, onPicture, onArrival } = this.#options;
    onArrival();
    const showAt = timeline.place(timestamp, clock.now());
    if (key) this.#describe();
    const stream = this.#stream;
    // Without parameter sets nobody can decode it.
    if (stream === undefined) {
      this.dropped += 1;
      return;
    }
    const decodeAt = this.#decodeTimes.next(showAt, key, this.#pictureTicks);
    this.#settlePrevious(decodeAt);
    this.#sequence += 1;
    writeFragmentHeader(bytes, this.#sequence, key, { decodeAt, showAt, duration: this.#pictureTicks });
    const picture: Picture = { fragment: bytes, key, decodeAt, showAt };
    const group = ring.add(picture, slab, stream);
    this.#previous = group === undefined ? undefined : picture;
    if (group === undefined) this.dropped += 1;
    else onPicture(picture, group);
  }

  /** How long a picture lasted is known when the next one comes; whoever has it already had the estimate. */
  #settlePrevious(decodeAt: number): void {
    if (this.#previous === undefined) return;
    const duration = decodeAt - this.#previous.decodeAt;
    if (duration > MAX_PICTURE_TICKS) return;
    setFragmentDuration(this.#previous.fragment, duration);
    this.#pictureTicks = Math.min(duration, TICKS_PER_SECOND);
  }

  /** At each key frame: new parameter sets, or a corrected wall clock, make a new description. */
  #describe(): void {
    const { timeline, media, previousStream } = this.#options;
    timeline.correct();
    const { epochAtZero } = timeline;
    const before = this.#stream ?? previousStream;
    const entry = this.#parameterSets.takeChange();
    if (entry !== undefined) {
      this.#decodeTimes.announce(entry.reorderDepth);
      const { mime, width, height, init } = entry;
      this.#stream = before?.init.equals(init) === true ? before : { codec: media.codec, mime, width, height, init, epochAtZero };
    }
    if (this.#stream !== undefined && this.#stream.epochAtZero !== epochAtZero) this.#stream = { ...this.#stream, epochAtZero };
  }
}
