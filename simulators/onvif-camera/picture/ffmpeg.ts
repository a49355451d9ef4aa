import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Runs ffmpeg to its end and gives what it wrote to standard output.
 * @throws Error in one line when ffmpeg is not installed or fails.
 */
export async function ffmpeg(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-hide_banner', '-nostats', '-v', 'error', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(0, 2000)));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT';
      reject(
        new Error(
          missing
            ? 'ffmpeg is not installed, and the simulated cameras draw their pictures with it (Debian: apt-get install ffmpeg)'
            : `ffmpeg could not be started: ${cause.message}`,
          { cause },
        ),
      );
    });
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(output));
      else reject(new Error(`ffmpeg ended with status ${status ?? 'killed'}: ${explain(complaint)}`));
    });
    // It may stop reading before the end, having all that it needs.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function explain(complaint: string): string {
  if (/Cannot find a valid font|Could not load font|fontconfig/i.test(complaint))
    return 'no font found for the letters in the picture (Debian: apt-get install fonts-dejavu-core)';
  return complaint.trim().split('\n')[0] ?? '';
}

/** DejaVu where distributions keep it; undefined leaves the choice to ffmpeg. */
export function fontFile(): string | undefined {
  return [
    '/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf',
    '/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono-Bold.ttf',
    '/usr/share/fonts/TTF/DejaVuSansMono-Bold.ttf',
    '/usr/share/fonts/dejavu/DejaVuSansMono-Bold.ttf',
  ].find((path) => existsSync(path));
}
