import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { readStore } from '../store/database.ts';
import { passesQuickCheck } from '../store/soundness.ts';
import type { Command } from './command.ts';
import { dataFolder, DEFAULT_DATA, required } from './options.ts';

const backup: Command = {
  name: 'backup',
  usage: 'sallyport backup --to FILE [--data DIR] [--recordings DIR] [--force]',
  summary: 'Copies the database to a file, beside a gateway that runs, and checks the copy; with --recordings the evidence as well.',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        to: { type: 'string' },
        data: { type: 'string', default: DEFAULT_DATA },
        recordings: { type: 'string' },
        force: { type: 'boolean', default: false },
      },
    });
    const to = resolve(required(values.to, 'to'));
    const data = dataFolder(values.data);
    if (existsSync(to) && !values.force) throw new Error(`${to} is there already: name another file, or add --force`);
    const pages = await copyDatabase(join(data, 'sallyport.db'), to);
    console.log(`${to}: ${pages} pages, checked`);
    if (values.recordings !== undefined) {
      const recordings = resolve(values.recordings);
      if (existsSync(join(data, 'evidence'))) cpSync(join(data, 'evidence'), recordings, { recursive: true });
      console.log(`${recordings}: the recordings of incidents`);
    }
    return 0;
  },
};
export default backup;

/**
 * SQLite's online backup: one consistent state, whatever is written meanwhile. The file appears under its name when it has passed the check.
 * @throws Error naming what cannot be read or written.
 */
async function copyDatabase(from: string, to: string): Promise<number> {
  const unfinished = `${to}.unfinished`;
  rmSync(unfinished, { force: true });
  const store = readStore(from);
  try {
    // All pages in one step: a step that a busy gateway's commit interrupts starts again from the beginning.
    const { totalPages } = await store.backup(unfinished, { progress: () => 0x7fffffff });
    const copy = new Database(unfinished, { fileMustExist: true });
    try {
      if (!passesQuickCheck(copy))
        throw new Error(`the copy of ${from} is damaged, and so likely is the original: see "Damaged database" in docs/operations.md`);
      // One file to carry away, without a write-ahead log beside it.
      copy.pragma('journal_mode = DELETE');
    } finally {
      copy.close();
    }
    renameSync(unfinished, to);
    return totalPages;
  } finally {
    store.close();
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + suffix, { force: true });
  }
}
