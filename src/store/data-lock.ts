import { closeSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A data folder that is taken. */
export interface DataLock {
  /** Safe to call twice. */
  release(): void;
}

const FILE = 'gateway.lock';

/**
 * Takes a data folder for this process, so that no second gateway writes there. A lock whose process is gone is taken over.
 * @throws Error of one line that names the process that has it.
 */
export function lockData(folder: string): DataLock {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, FILE);
  const content = `${process.pid} ${startOf(process.pid) ?? ''}\n`;
  if (!created(path, content)) {
    const holder = lockHolder(folder);
    if (holder !== undefined)
      throw new Error(`${folder} is in use by the gateway with process id ${holder}: stop that one, or use another --data folder`);
    rmSync(path, { force: true });
    if (!created(path, content)) throw new Error(`${folder} was taken by another gateway this moment`);
  }
  return {
    release() {
      if (contentOf(path) === content) rmSync(path, { force: true });
    },
  };
}

/** The process that runs a gateway on the folder; undefined when there is none, whatever a killed one left behind. */
export function lockHolder(folder: string): number | undefined {
  const [pid = '', start = ''] = (contentOf(join(folder, FILE)) ?? '').trim().split(' ');
  const holder = Number(pid);
  if (!Number.isInteger(holder) || holder <= 0 || !isAlive(holder)) return undefined;
  // After a restart of the machine another process may have the number.
  const now = startOf(holder);
  return start !== '' && now !== undefined && now !== start ? undefined : holder;
}

/** The file appears with its content or not at all. */
function created(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
    return createdWithoutLinks(path, content);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** For file systems without hard links, such as exFAT. */
function createdWithoutLinks(path: string, content: string): boolean {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, content);
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in ticks since the machine did (proc(5), field 22 of stat); undefined where the system does not tell. */
function startOf(pid: number): string | undefined {
  const stat = contentOf(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets, and may hold spaces.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
