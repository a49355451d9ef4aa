import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuleText } from '../desk/integrator-schemas.ts';
import { Refusal } from '../desk/operations.ts';
import type { EpochMs } from '../domain/clock.ts';

const PROGRAM = join(import.meta.dirname, '..', 'cli', 'sallyport.mjs');
const LONGEST_MS = 31 * 24 * 60 * 60 * 1000;
const WITHIN_MS = 5 * 60 * 1000;
const MOST_OUTPUT_BYTES = 4 * 1024 * 1024;

/** Replays periods of the journal to the rules on disk or to others, one at a time, in a process of its own: alarms must not wait for it. */
export class Replays {
  readonly #siteFile: string;
  readonly #dataFolder: string;
  readonly #closing = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(siteFile: string, dataFolder: string) {
    this.#siteFile = siteFile;
    this.#dataFolder = dataFolder;
  }

  /**
   * What `sallyport replay` prints. @throws Refusal when the period is none, or too long, another replay is under way, or the rules have mistakes.
   * @param rules to be tried instead of those on disk.
   */
  async run(from: EpochMs, to: EpochMs, rules?: readonly RuleText[]): Promise<string[]> {
    if (from >= to) throw new Refusal('invalid', 'the period ends before it begins');
    if (to - from > LONGEST_MS) throw new Refusal('invalid', 'choose 31 days at most; longer periods: "sallyport replay"');
    if (this.#running !== undefined) throw new Refusal('conflict', 'another replay is under way: wait until it has ended');
    const output = rules === undefined ? this.#start(from, to) : this.#tried(from, to, rules);
    this.#running = output.catch(() => undefined);
    try {
      return (await output).trimEnd().split('\n');
    } finally {
      this.#running = undefined;
    }
  }

  /** Ends a replay that is under way; resolves when it has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** The rules stand in a folder of their own for that time; mistakes in them are told by their names alone. */
  async #tried(from: EpochMs, to: EpochMs, rules: readonly RuleText[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-replay-'));
    try {
      await Promise.all(rules.map(({ name, text }) => writeFile(join(folder, name), text)));
      return await this.#start(from, to, folder);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Refusal(error.code, error.message.replaceAll(join(folder, '/'), ''), { cause: error });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #start(from: EpochMs, to: EpochMs, rules?: string): Promise<string> {
    const period = ['--from', new Date(from).toISOString(), '--to', new Date(to).toISOString()];
    const tried = rules === undefined ? [] : ['--rules', rules];
    const args = [PROGRAM, 'replay', '--site', this.#siteFile, '--data', this.#dataFolder, ...period, ...tried];
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        args,
        { signal: this.#closing.signal, timeout: WITHIN_MS, maxBuffer: MOST_OUTPUT_BYTES },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else
            reject(
              new Refusal('failed', error.killed === true ? 'the replay took too long: choose a shorter period' : stderr.trim(), { cause: error }),
            );
        },
      );
    });
  }
}
