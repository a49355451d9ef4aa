import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Tickets } from '../../src/access/tickets.ts';
import { ticketEndpoints, ticketGate, TICKET_HEADER } from '../../src/api/routes/tickets.ts';
import { route } from '../../src/api/endpoint.ts';
import { Refusal } from '../../src/desk/operations.ts';
import { systemClock } from '../../src/domain/clock.ts';

const dana = { name: 'dana', role: 'dispatcher' } as const;
const cookie = { cookie: 'sallyport_session=secret' };

describe('tickets by REST', () => {
  const tickets = new Tickets(systemClock);
  const app = express().use(express.json());
  app.use((_request, response, next) => {
    response.locals['principal'] = dana;
    next();
  });
  route(app, ticketEndpoints({ tickets, cameras: [{ id: 'cam-1' }, { id: 'cam-2' }] }), () => dana);
  app.use(ticketGate(tickets));
  app.use((_request, response) => void response.send('picture'));
  app.use((error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(error instanceof Refusal && error.code === 'forbidden' ? 403 : 404).end();
  });
  const server = createServer(app);
  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  before(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
  after(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const ask = async (purpose: string, ...cameras: string[]) =>
    fetch(`${address()}/tickets`, {
      method: 'POST',
      headers: { ...cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ purpose, cameras }),
    });
  const ticket = async (purpose: string, camera: string) =>
    ((await (await ask(purpose, camera)).json()) as { tickets: { ticket: string }[] }).tickets[0]?.ticket ?? '';
  const status = async (path: string, headers: Record<string, string>) => (await fetch(address() + path, { headers })).status;

  it('admit a browser to one download of one camera', async () => {
    const picture = await ticket('picture', 'cam-1');
    assert.equal(await status('/cameras/cam-2/snapshot.jpg', { ...cookie, [TICKET_HEADER]: picture }), 403);
    assert.equal(await status('/cameras/cam-1/clip.mp4', { ...cookie, [TICKET_HEADER]: picture }), 403);
    assert.equal(await status('/cameras/cam-1/snapshot.jpg', { cookie: 'sallyport_session=another', [TICKET_HEADER]: picture }), 403);
    assert.equal(await status('/cameras/cam-1/snapshot.jpg', { ...cookie, [TICKET_HEADER]: picture }), 200);
    assert.equal(await status('/cameras/cam-1/snapshot.jpg', { ...cookie, [TICKET_HEADER]: picture }), 403, 'a second time');
    for (const path of ['/cameras/cam-1/clip.mp4', '/incidents/I-1/video/cam-1.mp4', '/incidents/I-1/snapshot/cam-1.jpg']) {
      assert.equal(await status(path, cookie), 403, path);
      const purpose = path.endsWith('.mp4') ? 'clip' : 'picture';
      assert.equal(await status(path, { ...cookie, [TICKET_HEADER]: await ticket(purpose, 'cam-1') }), 200, path);
    }
  });

  it('are not needed by a program with a token, nor for an address that holds one', async () => {
    assert.equal(await status('/cameras/cam-1/clip.mp4', { authorization: 'Bearer sly_token' }), 200);
    assert.equal(await status(`/cameras/cam-1/clip.mp4?ticket=${await ticket('clip', 'cam-1')}`, cookie), 403);
  });

  it('are given for cameras of the site alone', async () => {
    assert.equal((await ask('video', 'cam-1', 'cam-2')).status, 200);
    assert.equal((await ask('video', 'cam-9')).status, 404);
    assert.equal((await ask('everything', 'cam-1')).status, 404);
  });
});
