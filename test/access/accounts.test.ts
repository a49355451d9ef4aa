import assert from 'node:assert/strict';
import { Accounts } from '../../src/access/accounts.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('accounts', () => {
  let store: Store;
  let clock: ManualClock;
  let accounts: Accounts;
  beforeEach(async () => {
    store = openStore(':memory:');
    clock = new ManualClock();
    accounts = new Accounts(store, clock);
    await accounts.set('ada', 'dispatcher', 'correct horse');
  });
  afterEach(() => store.close());

  it('signs in with the right password alone', async () => {
    assert.equal(await accounts.signIn('ada', 'wrong horse'), undefined);
    assert.equal(await accounts.signIn('nobody', 'correct horse'), undefined);
    const signIn = await accounts.signIn('ada', 'correct horse');
    assert.deepEqual(accounts.bySession(signIn!.session), { name: 'ada', role: 'dispatcher' });
  });

  it('ends a session after its time, on signing out, on a new password and when the account is removed', async () => {
    const session = async () => (await accounts.signIn('ada', 'correct horse'))!.session;
    const old = await session();
    clock.advance(12 * 3600_000 + 1);
    assert.equal(accounts.bySession(old), undefined);
    const left = await session();
    accounts.signOut(left);
    assert.equal(accounts.bySession(left), undefined);
    const stale = await session();
    await accounts.set('ada', 'dispatcher', 'correct horse');
    assert.equal(accounts.bySession(stale), undefined);
    const removed = await session();
    accounts.remove('ada');
    assert.equal(accounts.bySession(removed), undefined);
  });

  it('signs in and out while the disk is full, and writes both when it can', async () => {
    const before = (await accounts.signIn('ada', 'correct horse'))!.session;
    const stored = () => new Accounts(store, clock);
    store.pragma('query_only = ON');
    const { session } = (await accounts.signIn('ada', 'correct horse'))!;
    assert.equal(accounts.bySession(session)?.name, 'ada');
    accounts.signOut(before);
    assert.equal(accounts.bySession(before), undefined);
    accounts.retry();
    assert.equal(stored().bySession(session), undefined);
    store.pragma('query_only = OFF');
    accounts.retry();
    assert.equal(stored().bySession(session)?.name, 'ada');
    assert.equal(stored().bySession(before), undefined);
    assert.equal(accounts.bySession(session)?.name, 'ada');
  });

  it('ends a session that could not be written as it ends any other', async () => {
    const unwritten = async () => {
      store.pragma('query_only = ON');
      const { session } = (await accounts.signIn('ada', 'correct horse'))!;
      store.pragma('query_only = OFF');
      return session;
    };
    const old = await unwritten();
    clock.advance(12 * 3600_000 + 1);
    assert.equal(accounts.bySession(old), undefined);
    const left = await unwritten();
    accounts.signOut(left);
    assert.equal(accounts.bySession(left), undefined);
    const stale = await unwritten();
    // By the command line: another process.
    await new Accounts(store, clock).set('ada', 'dispatcher', 'correct horse');
    assert.equal(accounts.bySession(stale), undefined);
    accounts.retry();
    assert.equal(accounts.bySession(stale), undefined);
  });

  it('refuses a short password', () => assert.rejects(accounts.set('bob', 'dispatcher', 'short'), /at least 10/));

  it('knows a token until it is revoked, and a name only once', () => {
    const token = accounts.createToken('report', 'integrator');
    assert.equal(accounts.byToken(token)?.role, 'integrator');
    assert.throws(() => accounts.createToken('report', 'integrator'), /already a token/);
    accounts.revokeToken('report');
    assert.equal(accounts.byToken(token), undefined);
  });

  it('keeps no password, session or token in readable form', async () => {
    const token = accounts.createToken('report', 'integrator');
    const { session } = (await accounts.signIn('ada', 'correct horse'))!;
    const everything = JSON.stringify(['account', 'session', 'token'].map((table) => store.prepare(`SELECT * FROM ${table}`).all()));
    for (const secret of ['correct horse', session, token]) assert(!everything.includes(secret));
  });
});
