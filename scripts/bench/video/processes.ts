import { execFileSync, fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { within } from '../lab-console.ts';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** The film is rendered by then. */
const START_LIMIT_MS = 120_000;

/** A process of this folder. */
export class Part<Said extends object> {
  readonly process: ChildProcess;
  /** The latest of each thing that it said. */
  readonly said: Partial<Said> = {};

  private constructor(process: ChildProcess) {
    this.process = process;
    process.on('message', (message) => Object.assign(this.said, message));
  }

  /** Resolves once it has said something. */
  static async start<Said extends object>(file: string, args: readonly (string | number)[]): Promise<Part<Said>> {
    const part = new Part<Said>(fork(join(import.meta.dirname, file), args.map(String), { execArgv: ['--import', import.meta.resolve('tsx')] }));
    const ended = once(part.process, 'exit').then(() => {
      throw new Error(`${file} ended before it said anything`);
    });
    await within(`${file} to be ready`, Promise.race([once(part.process, 'message'), ended]), START_LIMIT_MS);
    ended.catch(() => undefined);
    return part;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.disconnect();
    await within('a process to end', ended).catch((error: unknown) => {
      this.process.kill('SIGKILL');
      throw error;
    });
  }
}

/** Per cent of a core that a process with its threads takes over the next `seconds`. */
export async function processorPercent(pid: number, seconds: number): Promise<number> {
  const before = processorSeconds(pid);
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return ((processorSeconds(pid) - before) / ((performance.now() - from) / 1000)) * 100;
}

/** What it has taken since it began (proc(5), utime and stime). */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process. */
export function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Memory of a process; what it shares with others, by its share (proc(5), Pss). */
export function proportionalMegabytes(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** The processes that a process started, and theirs. */
export function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
