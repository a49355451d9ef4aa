import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockData, lockHolder } from '../../src/store/data-lock.ts';

describe('the lock of a data folder', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sallyport-lock-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = () => join(folder, 'gateway.lock');

  it('refuses a second gateway, naming the first by its process id', () => {
    const lock = lockData(folder);
    assert.throws(() => lockData(folder), new RegExp(`is in use by the gateway with process id ${process.pid}: stop that one`));
    lock.release();
    lockData(folder).release();
  });

  it('leaves nothing behind when it is released, twice', () => {
    const lock = lockData(folder);
    lock.release();
    lock.release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is taken over when its process is gone', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(file(), `${pid} 12345\n`);
    assert.equal(lockHolder(folder), undefined);
    lockData(folder).release();
  });

  it('is taken over when its number belongs to another process by now', function () {
    if (!existsSync('/proc/self/stat')) this.skip();
    writeFileSync(file(), `${process.pid} 1\n`);
    assert.equal(lockHolder(folder), undefined);
    lockData(folder).release();
  });

  it('is taken over when it is empty or damaged', () => {
    for (const content of ['', 'nonsense', '-1 0']) {
      writeFileSync(file(), content);
      lockData(folder).release();
    }
  });
});
