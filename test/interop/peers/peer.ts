import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from '../../support/until.ts';

/** Whether a program runs here and ends well. */
export function works(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** What a program prints and with which code it ends. */
export async function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}

/** A program that a test started. */
export class Peer {
  readonly lines: string[] = [];
  errors = '';
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<unknown>;

  /** `input` is written to its standard input. */
  constructor(program: string, args: readonly string[], input = '') {
    this.#process = spawn(program, args);
    this.#exited = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.on('error', (error) => (this.errors += error.message));
    this.#process.stderr.on('data', (bytes: Buffer) => (this.errors += bytes.toString()));
    createInterface(this.#process.stdout).on('line', (line) => this.lines.push(line));
    this.#process.stdin.on('error', () => undefined);
    this.#process.stdin.end(input);
  }

  /** The first line that it says of which `read` makes something; lines are numbered from 0. */
  says<T>(what: string, read: (line: string, number: number) => T | undefined): Promise<T> {
    return until(what, () => {
      if (this.#process.exitCode !== null) throw new Error(`the program ended before ${what}: ${this.errors}`);
      return this.lines.map(read).find((each) => each !== undefined);
    });
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}
