import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const peers = join(import.meta.dirname, 'peers');

/** Where a file of the folder `peers` is. */
export function peerFile(name: string): string {
  return join(peers, name);
}

/** A program that serves until its standard input ends, and answers each line there with a line. */
export class Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args);
    this.#child.stderr.on('data', (text: Buffer) => (this.#errors += text.toString()));
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** The value of the line that begins with `word`. */
  async announced(word: string): Promise<string> {
    const line = await this.#line();
    if (!line.startsWith(`${word} `)) throw new Error(`the peer says "${line}" instead of ${word}`);
    return line.slice(word.length + 1);
  }

  /** Sets and gets: `set UNIT TABLE ADDRESS VALUE`, `get UNIT TABLE ADDRESS`. */
  async ask(line: string): Promise<number> {
    this.#child.stdin.write(`${line}\n`);
    return Number(await this.#line());
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.end();
    this.#child.kill();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await closed;
  }

  async #line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`the peer has ended: ${this.#errors}`);
    return next.value;
  }
}
