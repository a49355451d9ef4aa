import { cpSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lockData } from '../store/data-lock.ts';
import { openStore, readStore } from '../store/database.ts';
import { copyDurably, renameDurably } from '../store/durable-file.ts';
import { isDamage, passesQuickCheck } from '../store/soundness.ts';
import type { Command } from './command.ts';
import { dataFolder, DEFAULT_DATA, required } from './options.ts';

const restore: Command = {
  name: 'restore',
  usage: 'sallyport restore --from FILE [--data DIR] [--recordings DIR] [--force]',
  summary: 'Puts a backup into an empty data folder; with --force into one that is not, keeping the database that was there beside it.',
  run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        from: { type: 'string' },
        data: { type: 'string', default: DEFAULT_DATA },
        recordings: { type: 'string' },
        force: { type: 'boolean', default: false },
      },
    });
    const from = resolve(required(values.from, 'from'));
    const data = dataFolder(values.data);
    demandSound(from);
    mkdirSync(data, { recursive: true });
    const lock = lockData(data);
    try {
      const path = join(data, 'sallyport.db');
      const others = readdirSync(data).filter((name) => name !== 'gateway.lock');
      if (others.length > 0 && !values.force) throw new Error(`${data} is not empty: choose another folder, or add --force`);
      // On the disk before anything is moved: what is there stays when there is no space, and no half a database ever has its name.
      copyDurably(from, `${path}.restoring`);
      const kept = existsSync(path) ? keep(path) : undefined;
      renameDurably(`${path}.restoring`, path);
      // Brings it up to this version's schema now, so that what is wrong with it comes to light here.
      openStore(path).close();
      console.log(`${path}: restored from ${from}${kept === undefined ? '' : `; what was there is now ${kept}`}`);
      if (values.recordings !== undefined) {
        cpSync(resolve(values.recordings), join(data, 'evidence'), { recursive: true });
        console.log(`${join(data, 'evidence')}: the recordings of incidents`);
      }
      return Promise.resolve(0);
    } finally {
      lock.release();
    }
  },
};
export default restore;

/** @throws Error when the file is no database or a damaged one. */
function demandSound(path: string): void {
  const store = readStore(path);
  try {
    if (passesQuickCheck(store)) return;
  } catch (error) {
    if (!isDamage(error)) throw error;
  } finally {
    store.close();
  }
  throw new Error(`${path} is damaged or no backup of Sallyport: nothing was changed`);
}

/** Moves the database that was there out of the way, with its write-ahead log; returns its new name. */
function keep(path: string): string {
  const number = readdirSync(join(path, '..')).filter((name) => /\.replaced-\d+$/.test(name)).length + 1;
  const kept = `${path}.replaced-${number}`;
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(path + suffix)) renameSync(path + suffix, kept + suffix);
  return kept;
}
