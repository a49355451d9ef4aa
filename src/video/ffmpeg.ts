import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Clock } from '../domain/clock.ts';

/** Below everything that must not wait: the pictures of now. */
const NICE = 10;
const MAX_ERROR_CHARACTERS = 2_000;

export interface FfmpegOptions {
  readonly clock: Clock;
  /** Relative paths in the arguments lie there. */
  readonly directory: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** How times are written into pictures; an IANA name. */
  readonly timeZone: string;
  /** Called with the seconds of the film that are done. */
  readonly progress?: (seconds: number) => void;
}

/** Runs ffmpeg to its end. @throws Error with a sentence for whoever asked; ffmpeg's own words are its cause. */
export function runFfmpeg(args: readonly string[], { clock, directory, limitMs, signal, timeZone, progress }: FfmpegOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const ffmpeg = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-progress', 'pipe:1', '-y', ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TZ: timeZone },
    });
    let reason = '';
    let words = '';
    const end = (why: string) => {
      reason = why;
      ffmpeg.kill('SIGKILL');
    };
    const aborted = () => end('it was cancelled');
    const cancelLimit = clock.after(limitMs, () => end(`it took longer than ${Math.round(limitMs / 1000)} s`));
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    ffmpeg.once('spawn', () => lower(ffmpeg.pid));
    ffmpeg.stdout.on('data', (data: Buffer) => {
      const microseconds = /out_time_us=(\d+)/.exec(data.toString('latin1'))?.[1];
      if (microseconds !== undefined) progress?.(Number(microseconds) / 1_000_000);
    });
    ffmpeg.stderr.on('data', (data: Buffer) => (words = (words + data.toString('utf8')).slice(-MAX_ERROR_CHARACTERS)));
    ffmpeg.on('error', (cause) => {
      reason = 'ffmpeg, which does it, is not installed';
      words = cause.message;
    });
    ffmpeg.on('close', (code) => {
      cancelLimit();
      signal.removeEventListener('abort', aborted);
      if (reason === '' && code === 0) resolve();
      else reject(new Error(reason === '' ? 'the pictures could not be converted' : reason, { cause: words }));
    });
  });
}

function lower(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // It has ended already, or the system does not allow it: then it runs as it is.
  }
}
