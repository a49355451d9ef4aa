import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { renameDurably } from './durable-file.ts';
import { migrations } from './migrations.ts';
import { salvage } from './salvage.ts';
import type { Salvaged } from './salvage.ts';
import { isSound, setAside } from './soundness.ts';

export type Store = Database.Database;

/** What came to light while the database was opened. */
export interface OpenedStore {
  readonly store: Store;
  /** Where a damaged database was put, when a new one had to be started, and what of it is in the new one. */
  readonly setAside?: string;
  readonly salvaged?: Salvaged;
}

/**
 * Opens the gateway's database, bringing its schema up to date; before an existing file is migrated, a copy is kept beside it.
 * WAL with `synchronous=FULL`: a commit that returned has been flushed to the disk, which is what an acknowledgement to a device stands on.
 * @throws Error naming the path when it cannot be opened, is damaged, or was written by a newer version of Sallyport.
 */
export function openStore(path: string): Store {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const store = opened(path);
  try {
    store.pragma('journal_mode = WAL');
    store.pragma('synchronous = FULL');
    store.pragma('foreign_keys = ON');
    store.pragma('busy_timeout = 5000');
    migrate(store, path);
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

/**
 * As `openStore`, for a gateway that must run whatever has happened: a damaged database is put aside, never deleted, and a new one is started,
 * with the accounts of the old one as far as they can be read.
 * @throws Error as `openStore`, damage excepted.
 */
export function openSoundStore(path: string, at: Date): OpenedStore {
  const fresh = `${path}.fresh`;
  // Stopped between the two renames below.
  if (!existsSync(path) && existsSync(fresh)) renameDurably(fresh, path);
  if (!existsSync(path) || isSound(path)) return { store: openStore(path) };
  for (const suffix of ['', '-wal', '-shm']) rmSync(fresh + suffix, { force: true });
  const store = openStore(fresh);
  const salvaged = salvage(path, store);
  store.close();
  const aside = setAside(path, at);
  renameDurably(fresh, path);
  return { store: openStore(path), setAside: aside, salvaged };
}

/**
 * Opens a database that a gateway may be writing, for reading alone.
 * @throws Error naming the path when there is none.
 */
export function readStore(path: string): Store {
  try {
    return new Database(path, { readonly: true, fileMustExist: true });
  } catch (cause) {
    throw new Error(`cannot read the database ${path}: ${(cause as Error).message}`, { cause });
  }
}

function opened(path: string): Store {
  try {
    return new Database(path);
  } catch (cause) {
    throw new Error(`cannot open the database ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Forward only: each step runs once, in its own transaction, and its number is the file's `user_version`. */
function migrate(store: Store, path: string): void {
  const version = store.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new Error(
      `${path} was written by a newer version of Sallyport (schema ${version}, this one knows ${migrations.length}): upgrade, or use another --data folder`,
    );
  }
  if (version > 0 && version < migrations.length) keepCopy(store, `${path}.before-${migrations.length}`);
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    store.transaction(() => {
      store.exec(sql);
      store.pragma(`user_version = ${index + 1}`);
    })();
  }
}

/** The way back, should the new version disappoint. A copy from an attempt before this one is older, and so the better one. */
function keepCopy(store: Store, copy: string): void {
  if (existsSync(copy)) return;
  const unfinished = `${copy}.unfinished`;
  rmSync(unfinished, { force: true });
  store.prepare('VACUUM INTO ?').run(unfinished);
  renameSync(unfinished, copy);
}
