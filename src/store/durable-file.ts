import { closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Copies a file to the disk, not only to its cache. What could not be copied whole is removed. */
export function copyDurably(from: string, to: string): void {
  try {
    copyFileSync(from, to);
    flush(to, 'r+');
  } catch (error) {
    rmSync(to, { force: true });
    throw error;
  }
}

/** Gives a flushed file its name, and flushes the folder, which holds the name. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  flush(dirname(to), 'r');
}

function flush(path: string, flags: 'r' | 'r+'): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
