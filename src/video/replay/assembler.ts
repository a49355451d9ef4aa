import type { EpochMs } from '../../domain/clock.ts';
import { codecs } from '../codecs.ts';
import { FRAGMENT_HEADER_BYTES, setFragmentDuration, writeFragmentHeader } from '../fmp4/fragment.ts';
import { ParameterSets } from '../parameter-sets.ts';
import type { PastPicture, PastStream } from '../past.ts';
import { PictureWriter } from '../picture-writer.ts';
import { Depacketiser } from '../rtp/depacketiser.ts';
import type { AssembledPicture } from '../rtp/depacketiser.ts';
import type { RtpPacket } from '../rtp/rtp.ts';
import { DecodeTimes, epochAt, TICKS_PER_SECOND } from '../rtp/timeline.ts';
import type { VideoMedia } from '../rtsp/sdp.ts';
import { SlabPool } from '../slabs.ts';
import { recordedAt } from './extension.ts';

const TICKS_PER_MS = TICKS_PER_SECOND / 1000;
const USUAL_PICTURE_TICKS = TICKS_PER_SECOND / 25;
/** What lasts longer is a gap in the recording. */
const MAX_PICTURE_TICKS = 3 * TICKS_PER_SECOND;
/** Room before the first picture, since B-frames are decoded before they are shown. */
const BEFORE_MS = 1000;

/** Turns the packets of a replay into fragments that stand at the times at which they were recorded. */
export class ReplayAssembler {
  readonly #found: (picture: PastPicture) => void;
  readonly #depacketiser: Depacketiser;
  readonly #writer = new PictureWriter(new SlabPool(), FRAGMENT_HEADER_BYTES);
  readonly #parameterSets: ParameterSets;
  readonly #decodeTimes = new DecodeTimes();
  readonly #from: EpochMs;
  readonly #epochAtZero: EpochMs;
  readonly #clockOffsetMs: number;
  /** The RTP time and the recorder's of one moment. */
  #anchor: { readonly timestamp: number; readonly at: EpochMs } | undefined;
  #stream: PastStream | undefined;
  #waiting: { readonly picture: PastPicture; readonly decodeAt: number } | undefined;
  #pictureTicks = USUAL_PICTURE_TICKS;
  #sequence = 0;

  /**
   * @param from what was asked for, by our clock: a recorder that does not say when its pictures were taken is taken to begin there
   * @param clockOffsetMs the recorder's clock minus ours
   */
  constructor(media: VideoMedia, from: EpochMs, clockOffsetMs: number, found: (picture: PastPicture) => void) {
    const codec = codecs[media.codec];
    this.#found = found;
    this.#clockOffsetMs = clockOffsetMs;
    // A group of pictures may begin long before what was asked for.
    this.#epochAtZero = Math.floor(from) - 60_000 - BEFORE_MS;
    this.#from = from;
    this.#parameterSets = new ParameterSets(codec.parameterSets);
    for (const set of media.parameterSets) this.#parameterSets.add(set);
    this.#depacketiser = new Depacketiser(codec.nal, this.#writer, {
      picture: (picture) => this.#picture(picture),
      parameterSet: (nal) => this.#parameterSets.add(nal),
      dropped: () => undefined,
    });
  }

  packet(packet: RtpPacket): void {
    const at = recordedAt(packet);
    if (at !== undefined) this.#anchor = { timestamp: packet.timestamp, at: at - this.#clockOffsetMs };
    else this.#anchor ??= { timestamp: packet.timestamp, at: this.#from };
    this.#depacketiser.push(packet);
  }

  /** The last picture, whose duration nobody knows. */
  flush(): void {
    if (this.#waiting !== undefined) this.#found(this.#waiting.picture);
    this.#waiting = undefined;
  }

  close(): void {
    this.#writer.close();
  }

  #picture({ key, timestamp, bytes }: AssembledPicture): void {
    if (key) this.#describe();
    const stream = this.#stream;
    // Without parameter sets nobody can decode it.
    if (stream === undefined || this.#anchor === undefined) return;
    const shownAt = this.#anchor.at + ((timestamp - this.#anchor.timestamp) | 0) / TICKS_PER_MS;
    const showAt = Math.max(0, Math.round((shownAt - this.#epochAtZero) * TICKS_PER_MS));
    const decodeAt = this.#decodeTimes.next(showAt, key, this.#pictureTicks);
    this.#settle(decodeAt);
    this.#sequence += 1;
    writeFragmentHeader(bytes, this.#sequence, key, { decodeAt, showAt, duration: this.#pictureTicks });
    // A copy, since the writer's memory is used again.
    this.#waiting = { picture: { stream, fragment: Buffer.from(bytes), key, at: epochAt(this.#epochAtZero, decodeAt) }, decodeAt };
  }

  /** How long a picture lasted is known when the next one comes. */
  #settle(decodeAt: number): void {
    if (this.#waiting === undefined) return;
    const duration = decodeAt - this.#waiting.decodeAt;
    if (duration <= MAX_PICTURE_TICKS) {
      setFragmentDuration(this.#waiting.picture.fragment, duration);
      this.#pictureTicks = Math.min(duration, TICKS_PER_SECOND);
    }
    this.flush();
  }

  #describe(): void {
    const entry = this.#parameterSets.takeChange();
    if (entry === undefined) return;
    this.#decodeTimes.announce(entry.reorderDepth);
    const { mime, width, height, init } = entry;
    this.#stream = { mime, width, height, init, epochAtZero: this.#epochAtZero };
  }
}
