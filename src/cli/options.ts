import { resolve } from 'node:path';
import { UsageError } from './command.ts';

/** Folder of everything that the gateway keeps, unless `--data` says otherwise. */
export const DEFAULT_DATA = './data';

/** The value of an option that the command cannot do without. */
export function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '') throw new UsageError(`--${option} is missing`);
  return value;
}

export function dataFolder(value: string): string {
  return resolve(value);
}

/** Reads a secret from standard input: one line, not shown while it is typed. */
export async function readSecretLine(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(prompt);
  if (stdin.isTTY) stdin.setRawMode(true);
  try {
    let line = '';
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === '\n' || character === '\r') return line;
        if (character === '\u0003') throw new UsageError('interrupted');
        line = character === '\u007f' ? line.slice(0, -1) : line + character;
      }
    }
    return line;
  } finally {
    if (stdin.isTTY) stdin.setRawMode(false);
    stderr.write('\n');
  }
}
