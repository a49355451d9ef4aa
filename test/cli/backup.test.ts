import assert from 'node:assert/strict';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import backup from '../../src/cli/backup.ts';
import restore from '../../src/cli/restore.ts';
import { Journal } from '../../src/intake/journal.ts';
import { lockData } from '../../src/store/data-lock.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';

describe('backup and restore', () => {
  let folder: string;
  let data: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-backup-'));
    data = join(folder, 'data');
    file = join(folder, 'backup.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function append(store: Store, id: string): void {
    const event = { id, kind: 'door.open', point: 'door', phase: 'raised', device: 'dev', receivedAt: 1, eventAt: 1, details: {} } as const;
    new Journal(store).append([event]);
  }

  function inJournal(from: string): string[] {
    const store = openStore(join(from, 'sallyport.db'));
    const ids = new Journal(store).read({ limit: 10 }).map(({ id }) => id);
    store.close();
    return ids;
  }

  it('copies the database while a gateway writes it, write-ahead log included, and puts it back', async () => {
    const store = openStore(join(data, 'sallyport.db'));
    append(store, 'one');
    assert(statSync(join(data, 'sallyport.db-wal')).size > 0);
    assert.equal(await backup.run(['--data', data, '--to', file]), 0);
    append(store, 'two');
    store.close();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('backup.db')),
      ['backup.db'],
    );
    const other = join(folder, 'other');
    assert.equal(await restore.run(['--from', file, '--data', other]), 0);
    assert.deepEqual(inJournal(other), ['one']);
  });

  it('does not overwrite a backup without --force', async () => {
    openStore(join(data, 'sallyport.db')).close();
    writeFileSync(file, 'precious');
    await assert.rejects(backup.run(['--data', data, '--to', file]), /is there already/);
    assert.equal(readFileSync(file, 'utf8'), 'precious');
    await backup.run(['--data', data, '--to', file, '--force']);
  });

  it('takes the recordings along when asked', async () => {
    openStore(join(data, 'sallyport.db')).close();
    mkdirSync(join(data, 'evidence', '2026-000001'), { recursive: true });
    writeFileSync(join(data, 'evidence', '2026-000001', 'cam.mp4'), 'film');
    await backup.run(['--data', data, '--to', file, '--recordings', join(folder, 'films')]);
    const other = join(folder, 'other');
    await restore.run(['--from', file, '--data', other, '--recordings', join(folder, 'films')]);
    assert.equal(readFileSync(join(other, 'evidence', '2026-000001', 'cam.mp4'), 'utf8'), 'film');
  });

  it('refuses to restore under a gateway that runs, even with --force', async () => {
    openStore(join(data, 'sallyport.db')).close();
    await backup.run(['--data', data, '--to', file]);
    const lock = lockData(data);
    assert.throws(() => void restore.run(['--from', file, '--data', data, '--force']), /is in use by the gateway with process id/);
    lock.release();
  });

  it('refuses to restore into a folder that is not empty without --force, and keeps what was there with it', async () => {
    const store = openStore(join(data, 'sallyport.db'));
    append(store, 'one');
    await backup.run(['--data', data, '--to', file]);
    append(store, 'two');
    store.close();
    assert.throws(() => void restore.run(['--from', file, '--data', data]), /is not empty/);
    assert.deepEqual(inJournal(data), ['one', 'two']);
    await restore.run(['--from', file, '--data', data, '--force']);
    assert.deepEqual(inJournal(data), ['one']);
    assert(readdirSync(data).includes('sallyport.db.replaced-1'));
  });

  it('leaves the database that was there in place when the backup cannot be copied', async () => {
    const store = openStore(join(data, 'sallyport.db'));
    append(store, 'one');
    await backup.run(['--data', data, '--to', file]);
    append(store, 'two');
    store.close();
    // Nothing can be written there.
    mkdirSync(join(data, 'sallyport.db.restoring'));
    assert.throws(() => void restore.run(['--from', file, '--data', data, '--force']));
    assert.deepEqual(inJournal(data), ['one', 'two']);
    assert(!readdirSync(data).some((name) => name.includes('replaced')));
    rmSync(join(data, 'sallyport.db.restoring'), { recursive: true });
    await restore.run(['--from', file, '--data', data, '--force']);
    assert.deepEqual(inJournal(data), ['one']);
    assert(!readdirSync(data).some((name) => name.includes('restoring')));
  });

  it('refuses a damaged backup and changes nothing', async () => {
    const store = openStore(join(data, 'sallyport.db'));
    append(store, 'one');
    store.close();
    await backup.run(['--data', data, '--to', file]);
    const damaged = openSync(file, 'r+');
    writeSync(damaged, Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * 3);
    closeSync(damaged);
    assert.throws(() => void restore.run(['--from', file, '--data', data, '--force']), /is damaged/);
    assert.deepEqual(inJournal(data), ['one']);
  });
});
