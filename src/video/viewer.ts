import type { z } from 'zod';
import type { Clock, EpochMs } from '../domain/clock.ts';
import { playSchema, wishSchema } from '../desk/video-protocol.ts';
import type { FromVideo, Play, StreamKind } from '../desk/video-protocol.ts';
import { accessUnit } from './access-unit.ts';
import type { CameraFeed, FeedState, Reader } from './camera-feed.ts';
import type { CameraStreams } from './camera-streams.ts';
import { ConvertedTile } from './converted-tile.ts';
import { decoderConfiguration } from './fmp4/read.ts';
import { inGroups } from './past.ts';
import type { PastPicture, PastStream } from './past.ts';
import { watchingGaps } from './replay/fill.ts';
import type { Gap } from './replay/fill.ts';
import { endOf } from './ring.ts';
import type { Group, Picture } from './ring.ts';
import { closeCodes } from './video.ts';
import type { TranscoderPlaces } from './transcoder.ts';
import type { TileSocket } from './video.ts';

/** So much may wait for one viewer, beside the group that it was sent at once: about a second of a good picture. */
export const WAITING_LIMIT_BYTES = 1024 * 1024;
const PLAY_LIMIT_MS = 10_000;

/** What the camera did between two moments; nothing when nothing of it is kept. `note` is told why a recorder could not help. */
export type FindPast = (feed: CameraFeed, from: EpochMs, to: EpochMs, note: (sentence: string) => void) => AsyncIterable<PastPicture>;

/**
 * One tile. Live, it gets the current group of pictures at once, so that a picture is there without waiting for a key frame, then what comes.
 *
 * The older groups follow at the next key frames and not at once: a SourceBuffer that was given an older picture refuses
 * everything up to a key frame (Media Source Extensions, coded frame processing, "need random access point"), so only just before one does the past cost nothing.
 */
export class Viewer implements Reader {
  readonly kind = 'viewer';
  readonly #socket: TileSocket;
  readonly #camera: CameraStreams;
  /** Of the ring. */
  readonly #feed: CameraFeed;
  readonly #clock: Clock;
  readonly #findPast: FindPast;
  readonly #places: TranscoderPlaces;
  #converted: ConvertedTile | undefined;
  #mode: 'waiting' | 'live' | 'past' = 'waiting';
  #asUnits = false;
  #stream: PastStream | undefined;
  /** The stream that was asked for, where it is not the ring's, and whether it is the one that is sent. */
  #other: { readonly feed: CameraFeed; readonly reader: Reader } | undefined;
  #sendsOther = false;
  /** Groups of the past that are still wanted, the newest last. */
  #older: Group[] = [];
  /** Whether the picture before the next one was sent, so that the next one can be decoded. */
  #following = false;
  #skipped = 0;
  /** What was sent at once on purpose and still waits, so that it does not count as slowness. */
  #burstBytes = 0;
  #ended: () => void = () => undefined;

  constructor(socket: TileSocket, camera: CameraStreams, clock: Clock, findPast: FindPast, places: TranscoderPlaces) {
    const feed = camera.ring;
    this.#socket = socket;
    this.#camera = camera;
    this.#feed = feed;
    this.#clock = clock;
    this.#findPast = findPast;
    this.#places = places;
    const cancelDeadline = clock.after(PLAY_LIMIT_MS, () => socket.close(closeCodes.policyViolation, 'no play message'));
    // Errors of a WebSocket are followed by its end, which is all that matters here.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      cancelDeadline();
      this.#mode = 'waiting';
      this.#older = [];
      this.#ended();
      feed.removeReader(this);
      this.#leaveOther();
      this.#converted?.close();
    });
    socket.on('message', (data, isBinary) => {
      cancelDeadline();
      const text = isBinary ? '' : (data as Buffer).toString('utf8');
      const play = this.#mode === 'waiting' ? parse(playSchema, text) : undefined;
      const wish = this.#mode === 'live' ? parse(wishSchema, text) : undefined;
      if (play !== undefined) this.#play(play);
      else if (wish !== undefined) this.#want(wish.stream);
      else socket.close(closeCodes.policyViolation, 'one play message is expected');
    });
    feed.addReader(this);
  }

  picture(picture: Picture, group: Group): void {
    if (this.#mode === 'live' && !this.#sendsOther) this.#show(picture, group);
  }

  #show(picture: Picture, group: Group): void {
    const waiting = this.#socket.bufferedAmount;
    this.#burstBytes = Math.min(this.#burstBytes, waiting);
    const slow = waiting - this.#burstBytes > WAITING_LIMIT_BYTES;
    if (slow) return this.#skip();
    if (picture.key) {
      this.#sendOlder();
      this.#resume();
    }
    if (this.#following) {
      this.#describe(group.stream);
      this.#send(picture.fragment, group.stream);
    } else if (this.#skipped > 0) this.#skipped += 1;
  }

  state(state: FeedState): void {
    if (this.#mode === 'live' && !this.#sendsOther) this.#tellState(state);
  }

  /** The ring's pictures are sent until the other stream has a key frame, and again when it is lost. */
  #joinOther(stream: StreamKind): void {
    const feed = this.#camera.join(stream);
    if (feed === undefined) return;
    const reader: Reader = {
      kind: 'viewer',
      picture: (picture, group) => {
        if (!this.#sendsOther && picture.key) {
          this.#sendsOther = true;
          this.#older = [];
        }
        if (this.#sendsOther) this.#show(picture, group);
      },
      state: ({ state }) => {
        if (state === 'live' || !this.#sendsOther) return;
        this.#sendsOther = false;
        this.#following = false;
        this.#tellState(this.#feed.state);
      },
    };
    this.#other = { feed, reader };
    feed.addReader(reader);
  }

  #leaveOther(): void {
    if (this.#other === undefined) return;
    this.#other.feed.removeReader(this.#other.reader);
    this.#camera.leave(this.#other.feed);
    this.#other = undefined;
  }

  #play(play: Play): void {
    if (play.mode === 'live' && play.convert === true) {
      this.#converted ??= new ConvertedTile(this.#socket, this.#camera, this.#clock, this.#places);
      return;
    }
    this.#mode = play.mode;
    if (play.mode === 'past') return void this.#playPast(play.from, play.to);
    this.#asUnits = play.format === 'units';
    const { ring, state } = this.#feed;
    this.#tellState(state);
    const current = state.state === 'live' ? ring.groups.at(-1) : undefined;
    const { from } = play;
    if (from !== undefined) this.#older = ring.groups.filter((group) => group !== current && endOf(group) >= from);
    if (current !== undefined) {
      this.#sendGroup(current);
      this.#following = true;
    } else this.#sendOlder();
    if (play.stream !== undefined) this.#want(play.stream);
  }

  #want(stream: StreamKind): void {
    if (this.#other !== undefined && this.#camera.ringStream === stream) {
      this.#leaveOther();
      // From the ring's next key frame on.
      if (this.#sendsOther) this.#following = false;
      this.#sendsOther = false;
    } else if (this.#other === undefined) this.#joinOther(stream);
  }

  /** Sends the older groups, the newest first, as long as the socket takes them; the rest waits for the next key frame. */
  #sendOlder(): void {
    const { groups } = this.#feed.ring;
    while (this.#socket.bufferedAmount <= WAITING_LIMIT_BYTES) {
      const group = this.#older.pop();
      if (group === undefined) return;
      // One that has left the ring meanwhile may be overwritten any time.
      if (groups.includes(group)) this.#sendGroup(group);
    }
  }

  /** In one piece, with what must come before it: each message costs a console as much as a picture does. */
  #sendGroup({ stream, pictures }: Group): void {
    if (this.#asUnits) {
      this.#describe(stream);
      for (const { fragment } of pictures) this.#send(fragment, stream);
    } else this.#socket.send(Buffer.concat([...this.#introduce(stream), ...pictures.map(({ fragment }) => fragment)]));
    this.#burstBytes = this.#socket.bufferedAmount;
  }

  #send(fragment: Buffer, stream: PastStream): void {
    this.#socket.send(this.#asUnits ? accessUnit(fragment, stream) : fragment);
  }

  #skip(): void {
    this.#skipped += 1;
    this.#following = false;
    if (this.#skipped > 1) return;
    this.#tell({ type: 'status', state: 'skipped', since: this.#clock.now(), detail: 'pictures are left out because this connection is too slow' });
  }

  #resume(): void {
    this.#following = true;
    if (this.#skipped === 0) return;
    const detail = `${this.#skipped} pictures were left out because this connection is too slow`;
    this.#skipped = 0;
    this.#tell({ type: 'status', state: 'live', since: this.#clock.now(), detail });
  }

  /** Sends the past at the pace of the line. */
  async #playPast(from: EpochMs, to: EpochMs): Promise<void> {
    let found = false;
    const notes: string[] = [];
    const gaps: Gap[] = [];
    const pictures = this.#findPast(this.#feed, from, to, (sentence) => notes.push(sentence));
    try {
      for await (const { stream, fragments } of inGroups(watchingGaps(pictures, from, Math.min(to, this.#clock.now()), gaps))) {
        found = true;
        await this.#sendAtPace(Buffer.concat([...this.#introduce(stream), ...fragments]));
        if (this.#mode !== 'past') return;
      }
      const [note] = notes;
      this.#tell({
        type: 'end',
        ...(found ? gaps.length > 0 && { missing: gaps } : { reason: ['nothing of that time is kept', ...notes].join('; ') }),
        ...(found && note !== undefined && { note }),
      });
    } catch {
      this.#tell({ type: 'end', reason: 'what is kept of that time cannot be read' });
    }
  }

  /** Resolves at once while the line keeps up, else when it has taken this; at its end as well. */
  #sendAtPace(piece: Buffer): Promise<void> | undefined {
    if (this.#socket.bufferedAmount <= WAITING_LIMIT_BYTES) {
      this.#socket.send(piece);
      return undefined;
    }
    return new Promise((resolve) => {
      this.#ended = resolve;
      this.#socket.send(piece, resolve);
    });
  }

  #describe(stream: PastStream): void {
    for (const init of this.#introduce(stream)) this.#socket.send(init);
  }

  /** Tells of a stream that is new to the tile; what must come before its first picture. */
  #introduce(stream: PastStream): readonly Buffer[] {
    if (this.#stream === stream) return [];
    this.#stream = stream;
    const { mime, width, height, epochAtZero, init } = stream;
    const { ringStream } = this.#camera;
    const which = this.#sendsOther ? (ringStream === 'main' ? 'sub' : 'main') : ringStream;
    const told = { type: 'init', mime, width, height, epochAtZero, stream: which } as const;
    if (this.#asUnits) {
      this.#tell({ ...told, configuration: decoderConfiguration(init).toString('base64') });
      return [];
    }
    this.#tell(told);
    return [init];
  }

  /** A tile knows only live and lost: a camera that is being connected to shows no picture either. */
  #tellState({ state, since, detail }: FeedState): void {
    this.#tell({ type: 'status', state: state === 'live' ? 'live' : 'lost', since, detail });
  }

  #tell(message: FromVideo): void {
    this.#socket.send(JSON.stringify(message));
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
