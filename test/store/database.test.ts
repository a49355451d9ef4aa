import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/database.ts';

describe('database', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('flushes each commit to the disk before it returns', () => {
    const store = openStore(join(folder, 'durable.db'));
    assert.equal(store.pragma('journal_mode', { simple: true }), 'wal');
    assert.equal(store.pragma('synchronous', { simple: true }), 2);
    store.close();
  });

  it('is migrated once', () => {
    const path = join(folder, 'migrated.db');
    openStore(path).close();
    const store = openStore(path);
    assert(Number(store.pragma('user_version', { simple: true })) > 0);
    store.close();
  });

  it('refuses a file of a newer version, naming it', () => {
    const path = join(folder, 'newer.db');
    const store = openStore(path);
    store.pragma('user_version = 999');
    store.close();
    assert.throws(() => openStore(path), /newer\.db was written by a newer version/);
  });

  it('names the file that it cannot open', () => {
    const path = join(folder, 'in-the-way.db');
    mkdirSync(path);
    assert.throws(() => openStore(path), /cannot open the database .*in-the-way\.db/);
  });
});
