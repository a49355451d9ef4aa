import { existsSync, openSync, readSync, closeSync, renameSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';

/** Above this size the check at the start reads only the end of the journal: reading everything takes about a second for each 200 MB. */
const CHECKED_WHOLE_BYTES = 200 * 1024 * 1024;
/** How many of the latest rows are read in place of the whole. */
const ROWS_LOOKED_AT = 10_000;
const HEADER = 'SQLite format 3\0';

/**
 * Whether the database can be read and its pages fit together (`PRAGMA quick_check`); of a large one its schema and the latest
 * rows of the journal and the incidents, which a torn last write would hit, so that the start takes bounded time.
 * @throws whatever has nothing to do with its content: no permission, no such folder.
 */
export function isSound(path: string): boolean {
  const { size } = statSync(path);
  if (size === 0) return true;
  if (!hasHeader(path)) return false;
  let store: Database.Database | undefined;
  try {
    store = new Database(path);
    store.pragma('busy_timeout = 5000');
    return size > CHECKED_WHOLE_BYTES ? endIsSound(store) : passesQuickCheck(store);
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  } finally {
    store?.close();
  }
}

/** Whether every page of an open database fits to the others. Takes about a second for each 200 MB. */
export function passesQuickCheck(store: Database.Database): boolean {
  return store.pragma('quick_check(1)', { simple: true }) === 'ok';
}

/** Moves a damaged database out of the way, its write-ahead log with it; returns its new path. */
export function setAside(path: string, at: Date): string {
  const aside = `${path}.corrupt-${at.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  for (const suffix of ['-wal', '-shm', '']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}

/** Whether an error of SQLite says that the file's content is damaged, rather than that it cannot be reached or written. */
export function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

function endIsSound(store: Database.Database): boolean {
  const tables = store.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('journal', 'incident')").all() as { name: string }[];
  for (const { name } of tables) store.prepare(`SELECT * FROM ${name} ORDER BY rowid DESC LIMIT ${ROWS_LOOKED_AT}`).all();
  return true;
}

function hasHeader(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(HEADER.length);
    readSync(file, start, 0, start.length, 0);
    return start.toString('latin1') === HEADER;
  } finally {
    closeSync(file);
  }
}
