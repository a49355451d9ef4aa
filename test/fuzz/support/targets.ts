import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Random } from './random.ts';

/** Something that takes bytes from outside. */
export interface Target {
  readonly name: string;
  /** A `codec` is a function; a `socket` is something that listens, or that hears an unfriendly peer. */
  readonly kind: 'codec' | 'socket';
  /** Tries `count` inputs. @throws when the target does what it must not. */
  readonly run: (random: Random, count: number) => Promise<void>;
}

const folder = join(import.meta.dirname, '..');

/** The files of `test/fuzz/` that have targets, in the order of their names. */
export const targetFiles: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .sort();

/** The targets of one of these files. */
export async function targetsOf(file: string): Promise<readonly Target[]> {
  const module = (await import(pathToFileURL(join(folder, file)).href)) as { targets: readonly Target[] };
  return module.targets;
}
