import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { startGateway } from '../../src/main.ts';
import type { Gateway } from '../../src/main.ts';

const PASSWORD = 'a long password';

describe('the HTTP side of the gateway', () => {
  let folder: string;
  let gateway: Gateway;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-api-'));
    writeFileSync(join(folder, 'site.yaml'), 'site: { id: test, name: Test }\nareas: [{ id: hall, name: Hall }]\n');
    gateway = await startGateway({ siteFile: join(folder, 'site.yaml'), dataFolder: folder, log: pino({ level: 'silent' }), port: 0 });
    await gateway.accounts.set('ada', 'dispatcher', PASSWORD);
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  const get = (path: string, headers: Record<string, string> = {}) => fetch(gateway.url + path, { headers });
  const api = (path: string, headers: Record<string, string> = {}) => get(`/api/v1${path}`, headers);
  const signIn = (name: string, password: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ name, password }),
    });
  const bearer = () => ({ authorization: `Bearer ${gateway.accounts.createToken(`token ${Math.random()}`, 'integrator')}` });
  const code = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

  it('signs in with a cookie that scripts and other sites cannot use', async () => {
    const response = await signIn('ada', PASSWORD);
    assert.deepEqual(await response.json(), { name: 'ada', role: 'dispatcher' });
    const [cookie = ''] = response.headers.getSetCookie();
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Strict/);
    const session = await api('/session', { cookie: cookie.split(';')[0] ?? '' });
    assert.deepEqual(await session.json(), { name: 'ada', role: 'dispatcher' });
  });

  it('refuses a wrong password, and after ten of them a minute everybody from there', async () => {
    assert.deepEqual(await code(await signIn('ada', 'wrong')), [401, 'unauthenticated']);
    let last = 401;
    for (let attempt = 0; attempt < 12 && last === 401; attempt += 1) last = (await signIn('ada', 'wrong')).status;
    assert.equal(last, 429);
  });

  it('lets nobody in without a session or token', async () => {
    for (const path of ['/incidents', '/events', '/doors', '/devices', '/points', '/cameras']) assert.equal((await api(path)).status, 401, path);
    assert.equal((await api('/incidents', { authorization: 'Bearer sly_guess' })).status, 401);
    assert.equal((await api('/incidents', bearer())).status, 200);
  });

  it('forgets a token that was revoked', async () => {
    const headers = { authorization: `Bearer ${gateway.accounts.createToken('short-lived', 'integrator')}` };
    assert.equal((await api('/points', headers)).status, 200);
    gateway.accounts.revokeToken('short-lived');
    assert.equal((await api('/points', headers)).status, 401);
  });

  it('refuses pages of another origin', async () => {
    assert.deepEqual(await code(await signIn('ada', PASSWORD, { origin: 'http://evil.example' })), [403, 'forbidden']);
  });

  it('answers wrong requests with a sentence', async () => {
    const headers = bearer();
    assert.deepEqual(await code(await api('/incidents?limit=0', headers)), [400, 'invalid']);
    assert.deepEqual(await code(await api('/incidents/2026-999999', headers)), [404, 'unknown']);
    assert.deepEqual(await code(await api('/doors/nowhere', headers)), [404, 'unknown']);
    assert.deepEqual(await code(await api('/no-such-thing', headers)), [404, 'unknown']);
    const broken = await fetch(`${gateway.url}/api/v1/doors/x/commands`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{',
    });
    assert.deepEqual(await code(broken), [400, 'invalid']);
  });

  it('describes every path in OpenAPI 3.1, each with its answers', async () => {
    const description = (await (await api('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
    };
    assert.match(description.openapi, /^3\.1/);
    const operations = Object.values(description.paths).flatMap((methods) => Object.values(methods));
    assert(operations.length >= 10);
    assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
    assert(operations.every(({ responses }) => '200' in responses && '401' in responses));
  });

  it('tells that it lives, that it is ready, and its figures', async () => {
    assert.equal((await get('/healthz')).status, 200);
    assert.deepEqual(await (await get('/readyz')).json(), { status: 'ready', problems: [], notices: [] });
    const figures = await (await get('/metrics')).text();
    for (const name of ['sallyport_signals', 'sallyport_incidents', 'sallyport_consoles', 'sallyport_process_cpu_seconds_total'])
      assert(figures.includes(name), name);
  });

  it('sends security headers with the page', async () => {
    const { headers } = await get('/');
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'self'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  });

  const upgrade = (path: string, headers: Record<string, string>) =>
    new Promise<number>((answered) => {
      const socket = new WebSocket(gateway.url.replace('http', 'ws') + path, { headers });
      socket.on('unexpected-response', (_request, response) => answered(response.statusCode ?? 0));
      socket.on('error', () => undefined);
      socket.on('open', () => {
        answered(101);
        socket.close();
      });
    });

  it('opens the desk to who is signed in, from its own origin alone', async () => {
    assert.equal(await upgrade('/desk', {}), 401);
    assert.equal(await upgrade('/desk', { ...bearer(), origin: 'http://evil.example' }), 403);
    assert.equal(await upgrade('/elsewhere', bearer()), 404);
    assert.equal(await upgrade('/desk', { ...bearer(), origin: gateway.url }), 101);
  });

  it('hangs up on a console that does not speak the protocol', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/desk`, { headers: bearer() });
    socket.on('open', () => socket.send('{"type":"nonsense"}'));
    const closed = await new Promise<number>((closing) => socket.on('close', closing));
    assert.equal(closed, 1008);
  });

  it('gives a console the state first', async () => {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/desk`, { headers: bearer() });
    const types: string[] = [];
    await new Promise<void>((done) => {
      socket.on('open', () => socket.send('{"type":"resume"}'));
      socket.on('message', (data) => {
        types.push((JSON.parse((data as Buffer).toString()) as { type: string }).type);
        if (types.length === 2) done();
      });
    });
    socket.close();
    assert.deepEqual(types, ['hello', 'state']);
  });
});
