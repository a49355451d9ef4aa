import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';

const program = resolve(import.meta.dirname, '..', '..', 'src', 'cli', 'sallyport.mjs');

/** One run of the gateway, from its start to the moment when it is killed. */
export class GatewayLife {
  /** What it printed, to be shown when it ends by itself. */
  output = '';
  /** When its console answered, on the monotonic clock; undefined while it starts. */
  readyAt: number | undefined;
  readonly url: Promise<string | undefined>;
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(folder: string, port: number) {
    const args = ['run', '--site', join(folder, 'site.yaml'), '--data', join(folder, 'data'), '--port', String(port), '--log', 'error'];
    this.#child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'exit');
    this.url = new Promise((found) => {
      const hear = (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-10_000);
        const url = /^Sallyport: (http\S+)/m.exec(this.output)?.[1];
        if (url === undefined || this.readyAt !== undefined) return;
        this.readyAt = performance.now();
        found(url);
      };
      this.#child.stdout?.on('data', hear);
      this.#child.stderr?.on('data', hear);
      void this.#exited.then(() => found(undefined));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** `SIGKILL`: as if the power went. @throws Error with its output when it had already ended by itself. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.hasEnded) throw new Error(`the gateway ended by itself:\n${this.output}`);
    this.#child.kill(signal);
    await this.#exited;
  }
}
