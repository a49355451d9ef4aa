import type { Clock } from '../domain/clock.ts';
import type { FromVideo } from '../desk/video-protocol.ts';
import type { CameraFeed, Reader } from './camera-feed.ts';
import type { CameraStreams } from './camera-streams.ts';
import { Transcoder } from './transcoder.ts';
import type { TranscoderPlaces } from './transcoder.ts';
import type { TileSocket } from './video.ts';

/** More may not wait for one viewer: then the encoder begins again when the line is free. */
const WAITING_LIMIT_BYTES = 1024 * 1024;
/** A camera without a sub-stream sends none: then what the ring has is converted. */
const SUB_MS = 4_000;
const MOST_FAILURES = 3;

/** A tile whose browser decodes nothing that the camera sends: it gets H.264 that is made for it alone, where there is a place for that. */
export class ConvertedTile {
  readonly #socket: TileSocket;
  readonly #camera: CameraStreams;
  readonly #clock: Clock;
  readonly #places: TranscoderPlaces;
  readonly #transcoder: Transcoder;
  readonly #reader: Reader;
  #feed: CameraFeed | undefined;
  #hasPlace: boolean;
  #slow = false;
  #failures = 0;
  #cancel: () => void = () => undefined;

  constructor(socket: TileSocket, camera: CameraStreams, clock: Clock, places: TranscoderPlaces) {
    this.#socket = socket;
    this.#camera = camera;
    this.#clock = clock;
    this.#places = places;
    this.#transcoder = new Transcoder({
      stream: ({ init, ...told }) => {
        this.#tell({ type: 'init', ...told });
        socket.send(init);
      },
      fragment: (fragment) => this.#send(fragment),
      ended: (reason) => this.#failed(reason),
    });
    this.#reader = {
      kind: 'viewer',
      picture: (picture, group) => {
        this.#cancel();
        if (!this.#slow) this.#transcoder.picture(picture, group);
        else if (socket.bufferedAmount === 0) this.#resume();
      },
      state: ({ state, detail }) => {
        if (state === 'lost') this.#lose(detail);
      },
    };
    this.#hasPlace = places.take();
    if (this.#hasPlace) this.#begin();
    else this.#lose('this picture must be converted, and as many as the machine may convert are being converted');
  }

  close(): void {
    this.#cancel();
    this.#transcoder.close();
    this.#read(undefined);
    if (this.#hasPlace) this.#places.giveBack();
    this.#hasPlace = false;
  }

  #begin(): void {
    const { ring } = this.#camera;
    const sub = this.#camera.join('sub');
    this.#read(sub ?? ring);
    if (sub !== undefined) this.#cancel = this.#clock.after(SUB_MS, () => this.#read(ring));
  }

  #read(feed: CameraFeed | undefined): void {
    const before = this.#feed;
    this.#feed = feed;
    before?.removeReader(this.#reader);
    if (before !== undefined) this.#camera.leave(before);
    feed?.addReader(this.#reader);
  }

  #send(fragment: Buffer): void {
    this.#failures = 0;
    if (this.#socket.bufferedAmount <= WAITING_LIMIT_BYTES) return this.#socket.send(fragment);
    this.#slow = true;
    this.#transcoder.close();
    this.#tell({ type: 'status', state: 'skipped', since: this.#clock.now(), detail: 'pictures are left out because this connection is too slow' });
  }

  #resume(): void {
    this.#slow = false;
    this.#tell({ type: 'status', state: 'live', since: this.#clock.now(), detail: 'pictures were left out because this connection is too slow' });
  }

  #failed(reason: string): void {
    this.#failures += 1;
    this.#lose(reason);
    if (this.#failures >= MOST_FAILURES) this.close();
  }

  #lose(detail: string): void {
    this.#tell({ type: 'status', state: 'lost', since: this.#clock.now(), detail });
  }

  #tell(message: FromVideo): void {
    this.#socket.send(JSON.stringify(message));
  }
}
