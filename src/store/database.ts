import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { migrations } from './migrations.ts';

export type Store = Database.Database;

/**
 * Opens the gateway's database, bringing its schema up to date.
 * WAL with `synchronous=FULL`: a commit that returned has been flushed to the disk, which is what an acknowledgement to a device stands on.
 * @throws Error naming the path when it cannot be opened, or when a newer version of Sallyport has written it.
 */
export function openStore(path: string): Store {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  let store: Store;
  try {
    store = new Database(path);
  } catch (cause) {
    throw new Error(`cannot open the database ${path}: ${(cause as Error).message}`, { cause });
  }
  store.pragma('journal_mode = WAL');
  store.pragma('synchronous = FULL');
  store.pragma('foreign_keys = ON');
  store.pragma('busy_timeout = 5000');
  migrate(store, path);
  return store;
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

/** Forward only: each step runs once, in its own transaction, and its number is the file's `user_version`. */
function migrate(store: Store, path: string): void {
  const version = store.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    store.close();
    throw new Error(
      `${path} was written by a newer version of Sallyport (schema ${version}, this one knows ${migrations.length}): upgrade, or use another --data folder`,
    );
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    store.transaction(() => {
      store.exec(sql);
      store.pragma(`user_version = ${index + 1}`);
    })();
  }
}
