import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { CameraFeed, Reader } from './camera-feed.ts';
import { FRAGMENT_HEADER_BYTES, setFragmentDecodeTime } from './fmp4/fragment.ts';
import { producerReferenceTime } from './fmp4/read.ts';
import type { Group, Picture, StreamDescription } from './ring.ts';
import { epochAt } from './rtp/timeline.ts';

/** How long after its end a recording waits for a picture that tells that the end is reached. */
const PATIENCE_MS = 3_000;
const PICTURES_PER_WRITE = 128;
const MAX_PARTS = 100;
/** So much may wait for the disk; more means that it does not keep up. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

interface Waiting {
  readonly picture: Picture;
  readonly stream: StreamDescription;
}

export interface RecordingOptions {
  readonly feed: CameraFeed;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Parts that are there already are left as they are, and the next one is begun. */
  readonly resumes: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** The file's path; the second part and later ones are needed when the camera changes its parameter sets meanwhile. */
  path(part: number): string;
  /** Called when a part was begun, with the time of its first picture. */
  onPart(part: number, from: EpochMs): void;
}

/**
 * Writes what one camera saw from a moment in the ring to a moment to come, without a gap. The file's time begins at 0.
 * A camera that is lost meanwhile leaves a shorter file, or one with a gap.
 */
export class Recording implements Reader {
  readonly kind = 'recording';
  /** It holds views of pictures until it has written them. */
  readonly idle = false;
  /** Resolves when everything is on disk and every handle is released; never rejects. */
  readonly done: Promise<void>;
  readonly #options: RecordingOptions;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #ended = false;
  #wake: () => void = () => undefined;
  #cancelDeadline: () => void = () => undefined;
  #to: EpochMs;
  #part = 0;
  #file: FileHandle | undefined;
  #init: Buffer | undefined;
  /** The decoding time at which the part begins. */
  #base = 0;

  constructor(options: RecordingOptions) {
    this.#options = options;
    const { feed, from, to } = options;
    this.#to = to;
    for (const group of feed.ring.between(from, to)) for (const picture of group.pictures) this.picture(picture, group);
    feed.addReader(this);
    this.endAt(to);
    this.done = this.#run();
  }

  picture(picture: Picture, { stream }: Group): void {
    if (this.#ended) return;
    if (epochAt(stream.epochAtZero, picture.showAt) > this.#to) return this.end();
    this.#waiting.push({ picture, stream });
    this.#waitingBytes += picture.fragment.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#options.log.error({ camera: this.#options.feed.camera }, 'a recording was ended early: the disk does not keep up');
      this.end();
    }
    this.#wake();
  }

  /** A camera's loss is nothing to act on: its pictures may come back in time. */
  state(): void {}

  /** Ends at another moment than was said, or now if that is over. */
  endAt(to: EpochMs): void {
    const { clock } = this.#options;
    if (this.#ended) return;
    this.#to = Math.max(to, clock.now());
    this.#cancelDeadline();
    this.#cancelDeadline = clock.after(this.#to - clock.now() + PATIENCE_MS, () => this.end());
  }

  /** Keeps what there is up to now. */
  end(): void {
    this.#ended = true;
    this.#cancelDeadline();
    this.#wake();
  }

  async #run(): Promise<void> {
    const { feed, log } = this.#options;
    try {
      // So that the caller, who may be busy with an alarm, gets on first.
      await new Promise((resolve) => setImmediate(resolve));
      while (!this.#ended || this.#waiting.length > 0) {
        const batch = this.#takeBatch();
        if (batch.length > 0) await this.#write(batch);
        else if (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      await this.#closeFile();
    } catch (error) {
      if (!isAlreadyKept(error))
        log.error({ camera: feed.camera, err: error }, 'a recording could not be written: check the disk of the data directory');
      await this.#file?.close().catch(() => undefined);
    } finally {
      this.end();
      feed.removeReader(this);
    }
  }

  /** Pictures of one description. The last one waits for the next, which settles how long it is shown. */
  #takeBatch(): Waiting[] {
    const settled = this.#ended ? this.#waiting.length : this.#waiting.length - 1;
    const init = this.#waiting[0]?.stream.init;
    let count = 0;
    while (count < Math.min(settled, PICTURES_PER_WRITE) && sameBytes(this.#waiting[count]?.stream.init, init)) count += 1;
    const batch = this.#waiting.splice(0, count);
    for (const { picture } of batch) this.#waitingBytes -= picture.fragment.length;
    return batch;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const first = batch[0];
    if (first === undefined) return;
    if (!sameBytes(this.#init, first.stream.init)) await this.#beginPart(first);
    const pieces = batch.flatMap(({ picture }) => {
      const header = Buffer.from(picture.fragment.subarray(0, FRAGMENT_HEADER_BYTES));
      setFragmentDecodeTime(header, picture.decodeAt - this.#base);
      return [header, picture.fragment.subarray(FRAGMENT_HEADER_BYTES)];
    });
    await this.#append(pieces);
  }

  async #beginPart({ picture, stream }: Waiting): Promise<void> {
    await this.#closeFile();
    this.#file = await this.#openPart();
    this.#init = stream.init;
    this.#base = picture.decodeAt;
    const epochAtZero = epochAt(stream.epochAtZero, picture.decodeAt);
    await this.#append([stream.init, producerReferenceTime(epochAtZero)]);
    this.#options.onPart(this.#part, epochAtZero);
  }

  /** Not over a file that is there: an incident is kept once. */
  async #openPart(): Promise<FileHandle> {
    for (;;) {
      this.#part += 1;
      try {
        return await open(this.#options.path(this.#part), 'wx');
      } catch (error) {
        if (!this.#options.resumes || !isAlreadyKept(error) || this.#part >= MAX_PARTS) throw error;
      }
    }
  }

  async #append(pieces: Buffer[]): Promise<void> {
    let rest = pieces;
    while (rest.length > 0) {
      const written = (await this.#file?.writev(rest))?.bytesWritten ?? 0;
      rest = without(rest, written);
    }
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.equals(b));
}

/** What is left of `pieces` after their first `bytes`: a full disk may take a part only. */
function without(pieces: readonly Buffer[], bytes: number): Buffer[] {
  let left = bytes;
  return pieces.flatMap((piece) => {
    const taken = Math.min(left, piece.length);
    left -= taken;
    return taken === piece.length ? [] : [piece.subarray(taken)];
  });
}

function isAlreadyKept(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST';
}
