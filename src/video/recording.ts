import { link, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { CameraFeed, Reader } from './camera-feed.ts';
import { FRAGMENT_HEADER_BYTES, setFragmentDecodeTime } from './fmp4/fragment.ts';
import { producerReferenceTime } from './fmp4/read.ts';
import { startOf } from './ring.ts';
import type { Group, Picture } from './ring.ts';
import { epochAt } from './rtp/timeline.ts';

/** How long after its end a recording waits for a picture that tells that the end is reached. */
const PATIENCE_MS = 3_000;
const PICTURES_PER_WRITE = 128;
/** So much may wait for the disk; more means that it does not keep up. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** A later incident, and one that is reopened later, gets a recording of its own: nobody wants to look for its alarm in a long film. */
export const SHARED_WITHIN_MS = 2 * 60_000;

/** One incident that wants what a camera sees from a moment in the ring to a moment to come. */
export interface Claim {
  readonly incident: string;
  readonly from: EpochMs;
  to: EpochMs;
  /** Its next file; a second part and later ones are needed when the camera changes its parameter sets, or the recording was cut off. */
  part: number;
  /** The path of each part. */
  path(part: number): string;
}

/** One file, which all the incidents that share it have under a path of their own. */
export interface RecordedPart {
  /** When its first picture was seen. */
  readonly from: EpochMs;
  readonly paths: string[];
}

/** Its group is held until the picture is written. */
interface Waiting {
  readonly picture: Picture;
  readonly group: Group;
}

export interface RecordingOptions {
  readonly feed: CameraFeed;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a part was begun. */
  readonly onPart: (part: RecordedPart) => void;
  /** Called when the file system refuses to have a file under a second path: the incident needs a recording of its own. */
  readonly onUnshared: (claim: Claim) => void;
  /** Called with the reason when it ends before its time. */
  readonly onCutOff: (reason: string) => void;
}

/**
 * Writes what one camera saw, without a gap, for one incident or several: what they share is written once, and each has it under its own path.
 * A file's time begins at 0. A camera that is lost meanwhile leaves a shorter file, or one with a gap.
 */
export class Recording implements Reader {
  readonly kind = 'recording';
  /** Resolves when everything is on disk and every handle is released; never rejects. */
  readonly done: Promise<void>;
  readonly #options: RecordingOptions;
  readonly #startedAt: EpochMs;
  readonly #waiting: Waiting[] = [];
  readonly #parts: RecordedPart[] = [];
  /** Those that have every part so far, and those that came later and are given them next. */
  #claims: Claim[];
  readonly #joining: Claim[] = [];
  #begins: EpochMs | undefined;
  #waitingBytes = 0;
  #ended = false;
  #wake: () => void = () => undefined;
  #cancelDeadline: () => void = () => undefined;
  #to: EpochMs;
  #file: FileHandle | undefined;
  #init: Buffer | undefined;
  /** The decoding time at which the part begins. */
  #base = 0;

  constructor(options: RecordingOptions, claim: Claim) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#claims = [claim];
    this.#to = claim.to;
    const { feed } = options;
    for (const group of feed.ring.between(claim.from, claim.to)) for (const picture of group.pictures) this.picture(picture, group);
    feed.addReader(this);
    this.#settleEnd();
    this.done = this.#run();
  }

  /** When its first picture was seen, undefined while there is none. */
  get begins(): EpochMs | undefined {
    return this.#begins;
  }

  /** Whether it is made for this incident, among others. */
  serves(incident: string): boolean {
    return [...this.#claims, ...this.#joining].some((claim) => claim.incident === incident);
  }

  /** Gives another incident the same files, unless the ring has more for it than they, or they would be too long. */
  share(claim: Claim): boolean {
    const { feed } = this.#options;
    const [oldest] = feed.ring.between(claim.from, claim.to);
    const lacks = oldest !== undefined && startOf(oldest) < (this.#begins ?? -Infinity);
    const over = claim.to < (this.#begins ?? -Infinity);
    if (this.#ended || lacks || over || this.#isLate) return false;
    this.#joining.push(claim);
    this.#settleEnd();
    this.#wake();
    return true;
  }

  /** Goes on for an incident until `to`, unless that would be too long. */
  prolong(incident: string, to: EpochMs): boolean {
    if (this.#ended || this.#isLate) return false;
    for (const claim of [...this.#claims, ...this.#joining]) if (claim.incident === incident) claim.to = Math.max(claim.to, to);
    this.#settleEnd();
    return true;
  }

  picture(picture: Picture, group: Group): void {
    if (this.#ended) return;
    const at = epochAt(group.stream.epochAtZero, picture.showAt);
    if (at > this.#to) return this.end();
    this.#begins ??= at;
    this.#waiting.push({ picture, group });
    this.#options.feed.ring.hold(group);
    this.#waitingBytes += picture.fragment.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#options.onCutOff('the disk does not keep up');
      this.end();
    }
    this.#wake();
  }

  /** A camera's loss is nothing to act on: its pictures may come back in time. */
  state(): void {}

  /** The incident wants nothing after `to`, or from now on if that is over. */
  endFor(incident: string, to: EpochMs): void {
    for (const claim of [...this.#claims, ...this.#joining]) if (claim.incident === incident) claim.to = Math.min(claim.to, to);
    this.#settleEnd();
  }

  /** Keeps what there is up to now. */
  end(): void {
    this.#ended = true;
    this.#cancelDeadline();
    this.#wake();
  }

  /** Whether it has gone on for too long to take more on. */
  get #isLate(): boolean {
    return this.#options.clock.now() - this.#startedAt > SHARED_WITHIN_MS;
  }

  /** It goes on for the incident that wants the most. */
  #settleEnd(): void {
    const { clock } = this.#options;
    if (this.#ended) return;
    this.#to = Math.max(clock.now(), ...[...this.#claims, ...this.#joining].map(({ to }) => to));
    this.#cancelDeadline();
    this.#cancelDeadline = clock.after(this.#to - clock.now() + PATIENCE_MS, () => this.end());
  }

  async #run(): Promise<void> {
    const { feed, log, onCutOff } = this.#options;
    try {
      // So that the caller, who may be busy with an alarm, gets on first.
      await new Promise((resolve) => setImmediate(resolve));
      while (!this.#ended || this.#waiting.length > 0 || this.#joining.length > 0) {
        const joining = this.#joining.shift();
        const batch = joining === undefined ? this.#takeBatch() : [];
        if (joining !== undefined) await this.#join(joining);
        else if (batch.length > 0) await this.#write(batch).finally(() => this.#letGo(batch));
        else if (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
      }
      await this.#closeFile();
    } catch (error) {
      log.error({ camera: feed.camera, err: error }, 'a recording could not be written: check the disk of the data directory');
      onCutOff('it could not be written to the disk');
      await this.#file?.close().catch(() => undefined);
    } finally {
      this.end();
      feed.removeReader(this);
      this.#letGo(this.#waiting.splice(0));
    }
  }

  #letGo(written: readonly Waiting[]): void {
    for (const { group } of written) this.#options.feed.ring.letGo(group);
  }

  /** Pictures of one description. The last one waits for the next, which settles how long it is shown. */
  #takeBatch(): Waiting[] {
    const settled = this.#ended ? this.#waiting.length : this.#waiting.length - 1;
    const init = this.#waiting[0]?.group.stream.init;
    let count = 0;
    while (count < Math.min(settled, PICTURES_PER_WRITE) && sameBytes(this.#waiting[count]?.group.stream.init, init)) count += 1;
    const batch = this.#waiting.splice(0, count);
    for (const { picture } of batch) this.#waitingBytes -= picture.fragment.length;
    return batch;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    const first = batch[0];
    if (first === undefined) return;
    if (!sameBytes(this.#init, first.group.stream.init)) await this.#beginPart(first);
    // Nobody wants it any more.
    if (this.#file === undefined) return;
    const pieces = batch.flatMap(({ picture }) => {
      const header = Buffer.from(picture.fragment.subarray(0, FRAGMENT_HEADER_BYTES));
      setFragmentDecodeTime(header, picture.decodeAt - this.#base);
      return [header, picture.fragment.subarray(FRAGMENT_HEADER_BYTES)];
    });
    await this.#append(pieces);
  }

  async #beginPart({ picture, group: { stream } }: Waiting): Promise<void> {
    await this.#closeFile();
    const from = epochAt(stream.epochAtZero, picture.decodeAt);
    const claims = this.#claims.filter(({ to }) => to >= from);
    const [owner = this.#claims[0], ...others] = claims;
    if (owner === undefined) {
      this.end();
      return;
    }
    const path = owner.path(owner.part);
    // Not over a file that is there: an incident is kept once.
    this.#file = await open(path, 'wx');
    owner.part += 1;
    this.#init = stream.init;
    this.#base = picture.decodeAt;
    await this.#append([stream.init, producerReferenceTime(from)]);
    const part: RecordedPart = { from, paths: [path] };
    this.#parts.push(part);
    this.#options.onPart(part);
    for (const claim of others) await this.#give([part], claim);
  }

  /** From the part in which the claim begins. */
  async #join(claim: Claim): Promise<void> {
    const first = this.#parts.findLastIndex(({ from }) => from <= claim.from);
    this.#claims.push(claim);
    await this.#give(this.#parts.slice(Math.max(first, 0)), claim);
  }

  async #give(parts: readonly RecordedPart[], claim: Claim): Promise<void> {
    try {
      for (const { paths } of parts) {
        const path = claim.path(claim.part);
        await link(paths[0] ?? '', path);
        paths.push(path);
        claim.part += 1;
      }
    } catch (error) {
      const { feed, log, onUnshared } = this.#options;
      log.warn({ camera: feed.camera, err: error }, 'a recording cannot be shared by two incidents and is made twice');
      this.#claims = this.#claims.filter((each) => each !== claim);
      this.#settleEnd();
      onUnshared(claim);
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
