import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { Video } from '../video/index.ts';

const WITHIN_MS = 8000;
/** The initialisation segment and the key frame that the current group of pictures begins with. */
const PIECES = 2;

/** The latest key frame that came from a camera, as JPEG. Needs ffmpeg. @throws Error with a sentence when there is none. */
export async function latestFrame(video: Pick<Video, 'serve'>, camera: PointId, clock: Clock): Promise<Buffer> {
  return toJpeg(await new FirstPieces(video, camera, clock).pieces, clock);
}

/** A tile that hangs up as soon as it has its first picture. */
class FirstPieces extends EventEmitter {
  readonly bufferedAmount = 0;
  readonly pieces: Promise<Buffer>;
  readonly #received: Buffer[] = [];

  constructor(video: Pick<Video, 'serve'>, camera: PointId, clock: Clock) {
    super();
    this.pieces = new Promise((resolve, reject) => {
      const cancel = clock.after(WITHIN_MS, () => this.close(0, `no picture within ${WITHIN_MS / 1000} s`));
      this.once('enough', () => resolve(Buffer.concat(this.#received)));
      this.once('close', (_code: number, reason: string) => {
        cancel();
        reject(new Error(reason));
      });
    });
    video.serve(this, camera);
    this.emit('message', Buffer.from(JSON.stringify({ type: 'play', mode: 'live' })), false);
  }

  send(data: string | Buffer, sent?: () => void): void {
    if (Buffer.isBuffer(data) && this.#received.length < PIECES) {
      // The ring uses the memory of a picture again.
      this.#received.push(Buffer.from(data));
      if (this.#received.length === PIECES) {
        this.emit('enough');
        this.close(1000, 'done');
      }
    }
    sent?.();
  }

  close(code: number, reason: string): void {
    this.emit('close', code, reason);
  }

  terminate(): void {
    this.close(1006, 'the video part of the gateway hung up');
  }
}

function toJpeg(movie: Buffer, clock: Clock): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const ffmpeg = spawn('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-frames:v', '1', '-f', 'mjpeg', '-q:v', '4', 'pipe:1'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const cancel = clock.after(WITHIN_MS, () => ffmpeg.kill('SIGKILL'));
    const parts: Buffer[] = [];
    ffmpeg.stdout.on('data', (part: Buffer) => parts.push(part));
    ffmpeg.on('error', (cause) => {
      cancel();
      reject(new Error('ffmpeg, which makes a picture of it, is not installed', { cause }));
    });
    ffmpeg.on('close', () => {
      cancel();
      if (parts.length > 0) resolve(Buffer.concat(parts));
      else reject(new Error('its key frame cannot be decoded'));
    });
    // ffmpeg hangs up when it has its picture.
    ffmpeg.stdin.on('error', () => undefined);
    ffmpeg.stdin.end(movie);
  });
}
