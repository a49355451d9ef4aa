import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import type { EpochMs } from '../domain/clock.ts';
import { readSampleEntry, topBoxes } from './fmp4/read.ts';
import type { Group, Picture } from './ring.ts';
import { epochAt } from './rtp/timeline.ts';

/** Not to take the machine from what must not wait. */
const NICE = 5;
/** So much may wait for an encoder that does not keep up; then it begins again at a key frame. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
const MOST_BOX_BYTES = 4 * 1024 * 1024;

const ENCODER = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', '25', '-threads', '1'];
const FRAGMENTS = ['-f', 'mp4', '-movflags', 'empty_moov+default_base_moof+frag_every_frame', '-flush_packets', '1', 'pipe:1'];

export interface TranscodedStream {
  readonly mime: string;
  readonly width: number;
  readonly height: number;
  readonly epochAtZero: EpochMs;
  readonly init: Buffer;
}

export interface TranscoderHandlers {
  readonly stream: (stream: TranscodedStream) => void;
  readonly fragment: (fragment: Buffer) => void;
  /** It has ended by itself. */
  readonly ended: (reason: string) => void;
}

/** How many may run at once; taken and given back by whoever wants one. */
export class TranscoderPlaces {
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  take(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  giveBack(): void {
    this.#free += 1;
  }
}

/** Makes H.264 of at most 640 x 360 of a stream that a browser cannot decode. It begins with a key frame. */
export class Transcoder {
  readonly #handlers: TranscoderHandlers;
  #process: ChildProcess | undefined;
  #source: Buffer | undefined;
  #epochAtZero: EpochMs = 0;
  #rest: Buffer = Buffer.alloc(0);
  #init: Buffer | undefined;
  #moof: Buffer | undefined;

  constructor(handlers: TranscoderHandlers) {
    this.#handlers = handlers;
  }

  /** Pictures of one feed in their order. */
  picture({ fragment, key, showAt }: Picture, { stream }: Group): void {
    const late = (this.#process?.stdin?.writableLength ?? 0) > MOST_WAITING_BYTES;
    if (late || (this.#source !== undefined && !stream.init.equals(this.#source))) this.#stop();
    if (this.#process === undefined) {
      if (!key) return;
      this.#source = stream.init;
      this.#epochAtZero = epochAt(stream.epochAtZero, showAt);
      this.#start(stream.init);
    }
    // A copy: the ring uses the memory of a picture again.
    this.#process?.stdin?.write(Buffer.from(fragment));
  }

  close(): void {
    this.#stop();
  }

  #start(init: Buffer): void {
    const input = ['-probesize', '200000', '-analyzeduration', '0', '-fflags', 'nobuffer', '-flags', 'low_delay', '-f', 'mp4', '-i', 'pipe:0'];
    const scale = ['-an', '-vf', "scale='min(640,iw)':-2"];
    const own = spawn('ffmpeg', ['-v', 'error', ...input, ...scale, ...ENCODER, ...FRAGMENTS], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#process = own;
    this.#rest = Buffer.alloc(0);
    this.#init = undefined;
    own.once('spawn', () => lower(own.pid));
    own.stdin.on('error', () => undefined);
    own.stdin.write(init);
    own.stdout.on('data', (data: Buffer) => {
      if (this.#process === own) this.#take(data);
    });
    const end = (reason: string) => {
      if (this.#process !== own) return;
      this.#process = undefined;
      this.#handlers.ended(reason);
    };
    own.once('error', () => end('ffmpeg, which converts the pictures, is not installed'));
    own.once('close', () => end('the pictures could not be converted'));
  }

  #stop(): void {
    const own = this.#process;
    this.#process = undefined;
    own?.kill('SIGKILL');
  }

  #take(data: Buffer): void {
    const bytes = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    let done = 0;
    for (const { type, start, end } of topBoxes(bytes)) {
      const box = bytes.subarray(start, end);
      done = end;
      if (type === 'ftyp') this.#init = box;
      else if (type === 'moov') this.#describe(Buffer.concat([this.#init ?? Buffer.alloc(0), box]));
      else if (type === 'moof') this.#moof = box;
      else if (type === 'mdat' && this.#moof !== undefined) this.#handlers.fragment(Buffer.concat([this.#moof, box]));
    }
    this.#rest = Buffer.from(bytes.subarray(done));
    if (this.#rest.length > MOST_BOX_BYTES) this.#process?.kill('SIGKILL');
  }

  #describe(init: Buffer): void {
    const entry = readSampleEntry(init);
    if (entry !== undefined) this.#handlers.stream({ ...entry, epochAtZero: this.#epochAtZero, init });
  }
}

function lower(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // It has ended already, or the system does not allow it.
  }
}
