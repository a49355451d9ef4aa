import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Accounts } from '../../src/access/accounts.ts';
import { PassCodes } from '../../src/access/pass-codes.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { openSoundStore, openStore } from '../../src/store/database.ts';
import { migrations } from '../../src/store/migrations.ts';

const now = new Date(Date.UTC(2026, 0, 15, 12));

describe('a database that was damaged or is of an earlier version', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-sound-'));
    path = join(folder, 'sallyport.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function fill(rows = 2000): void {
    const store = openStore(path);
    const insert = store.prepare('INSERT INTO log (at, by, text) VALUES (1, ?, ?)');
    store.transaction(() => {
      for (let row = 0; row < rows; row += 1) insert.run('sallyport', 'x'.repeat(100));
    })();
    store.close();
  }

  function overwrite(offset: number, length: number): void {
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(length, 0xa5), 0, length, offset);
    closeSync(file);
  }

  function rootPage(table: string): number {
    const store = new Database(path, { readonly: true });
    const { rootpage } = store.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table) as { rootpage: number };
    store.close();
    return rootpage;
  }

  const logLines = (file: string) => {
    const store = new Database(file, { readonly: true });
    const { lines } = store.prepare('SELECT COUNT(*) AS lines FROM log').get() as { lines: number };
    store.close();
    return lines;
  };

  it('is opened as it is when it is sound', () => {
    fill();
    const { store, setAside } = openSoundStore(path, now);
    store.close();
    assert.equal(setAside, undefined);
    assert.equal(logLines(path), 2000);
  });

  const damages: readonly [string, () => void][] = [
    ['its last page was overwritten', () => overwrite(statSync(path).size - 4096, 4096)],
    ['its first page was overwritten', () => overwrite(0, 4096)],
    ['a page in the middle was overwritten', () => overwrite(4096 * 30, 4096)],
    ['its end is missing', () => truncateSync(path, statSync(path).size - 3 * 4096)],
    ['it is no database at all', () => writeFileSync(path, 'lorem ipsum '.repeat(1000))],
  ];
  for (const [what, damage] of damages) {
    it(`is put aside, and a new one started, when ${what}`, () => {
      fill();
      damage();
      const { size } = statSync(path);
      const { store, setAside } = openSoundStore(path, now);
      store.close();
      assert.equal(setAside, `${path}.corrupt-20260115T120000Z`);
      assert.equal(statSync(setAside).size, size);
      assert.equal(logLines(path), 0);
    });
  }

  describe('lets people in', () => {
    const open = () => {
      const { store, salvaged } = openSoundStore(path, now);
      return { store, salvaged, accounts: new Accounts(store, systemClock), codes: new PassCodes(store) };
    };
    let session: string;
    let token: string;

    beforeEach(async () => {
      const { store, accounts, codes } = open();
      await accounts.set('ada', 'dispatcher', 'correct horse');
      await codes.set('staff', 'blue heron', false);
      await codes.set('staff', 'grey heron', true);
      token = accounts.createToken('report', 'integrator');
      session = (await accounts.signIn('ada', 'correct horse'))?.session ?? '';
      store.close();
      fill();
    });

    it('with their sessions, passwords, tokens and pass-codes, when it was put aside', async () => {
      overwrite(statSync(path).size - 4096, 4096);
      const { store, accounts, codes, salvaged } = open();
      assert.deepEqual(salvaged, { account: 1, session: 1, token: 1, pass_code: 1 });
      assert.deepEqual(accounts.bySession(session), { name: 'ada', role: 'dispatcher' });
      assert.equal(accounts.byToken(token)?.role, 'integrator');
      assert.equal((await accounts.signIn('ada', 'correct horse'))?.principal.name, 'ada');
      assert.equal(await codes.compare('staff', 'grey heron'), 'duress');
      assert.equal(logLines(path), 0);
      store.close();
    });

    it('when other tables with accounts are the damaged ones', async () => {
      for (const table of ['session', 'pass_code']) overwrite((rootPage(table) - 1) * 4096, 4096);
      const { store, accounts, salvaged } = open();
      assert.deepEqual(salvaged, { account: 1, session: 0, token: 1, pass_code: 0 });
      assert.equal(accounts.bySession(session), undefined);
      assert.equal((await accounts.signIn('ada', 'correct horse'))?.principal.name, 'ada');
      store.close();
    });

    it('with what was only in the write-ahead log', async () => {
      const { store } = open();
      await new Accounts(store, systemClock).set('bob', 'dispatcher', 'battery staple');
      const crashed = join(folder, 'crashed.db');
      for (const suffix of ['', '-wal']) copyFileSync(path + suffix, crashed + suffix);
      store.close();
      path = crashed;
      overwrite(statSync(path).size - 4096, 4096);
      const opened = open();
      assert.equal(opened.salvaged?.account, 2);
      opened.store.close();
    });

    it('when the gateway was stopped before the new one had its name', () => {
      overwrite(statSync(path).size - 4096, 4096);
      open().store.close();
      renameSync(path, `${path}.fresh`);
      const { store, accounts } = open();
      assert.equal(accounts.bySession(session)?.name, 'ada');
      store.close();
    });
  });

  it('takes its write-ahead log with it when it is put aside', () => {
    fill();
    writeFileSync(path, 'no database');
    writeFileSync(`${path}-wal`, 'what was not yet in it');
    openSoundStore(path, now).store.close();
    assert(existsSync(`${path}.corrupt-20260115T120000Z-wal`));
  });

  it('is copied before it is migrated, once', () => {
    const old = new Database(path);
    old.exec(migrations[0] ?? '');
    old.pragma('user_version = 1');
    old.prepare("INSERT INTO log (at, by, text) VALUES (1, 'sallyport', 'from before')").run();
    old.close();
    openStore(path).close();
    const copy = `${path}.before-${migrations.length}`;
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('before')),
      [`sallyport.db.before-${migrations.length}`],
    );
    const kept = new Database(copy, { readonly: true });
    assert.equal(kept.pragma('user_version', { simple: true }), 1);
    kept.close();
    assert.equal(logLines(copy), 1);
    assert.equal(logLines(path), 1);
  });

  it('is not copied when it is new or of this version', () => {
    openStore(path).close();
    openStore(path).close();
    assert(!readdirSync(folder).some((name) => name.includes('before')));
  });
});
