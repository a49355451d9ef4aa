import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import sinon from 'sinon';
import { Accounts } from '../../src/access/accounts.ts';
import { sessionRoutes } from '../../src/api/authentication.ts';
import { openStore } from '../../src/store/database.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('signing in', () => {
  it('counts clients that hung up before their address was known like any other, and prints nothing', async () => {
    const store = openStore(':memory:');
    const said = sinon.stub(console, 'error');
    const app = express();
    app.use(express.json());
    app.use((request, _response, next) => {
      Object.defineProperty(request, 'ip', { value: undefined });
      next();
    });
    app.use(sessionRoutes(new Accounts(store, new ManualClock()), () => undefined));
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/session`;
      const body = JSON.stringify({ name: 'nobody', password: 'a wrong password' });
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 11; attempt += 1)
        statuses.push((await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status);
      assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429]);
      assert.deepEqual(said.args, []);
    } finally {
      said.restore();
      server.closeAllConnections();
      server.close();
      store.close();
    }
  });
});
