import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import fc from 'fast-check';
import { until } from '../../support/until.ts';
import { doors, KEY, listen, TOKEN } from './bench.ts';
import type { Listening } from './bench.ts';

describe('the webhook adapter', () => {
  const open: Listening[] = [];

  async function start(options: Record<string, unknown> = {}): Promise<Listening> {
    const listening = await listen(options);
    open.push(listening);
    return listening;
  }

  afterEach(async () => {
    for (const { host } of open) host.abort();
    await Promise.all(open.splice(0).map(({ connection }) => connection.done));
  });

  interface Reply {
    readonly status: number;
    readonly headers: Headers;
    readonly body: { accepted?: number; error?: string; problems?: string[] };
  }

  async function post({ url }: Listening, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', connection: 'close', ...headers },
      body,
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Reply['body'] };
  }

  const badge = (credential: string, door = 'A') => JSON.stringify({ type: 'granted', door, credential, time: 1_768_478_400 });

  it('says that it is online when it listens', async () => {
    const { host } = await start();
    assert.equal(host.isOnline, true);
    assert.match(host.onlineDetail ?? '', /^listening on 127\.0\.0\.1:\d+\/$/);
  });

  it('names the address that is in use', async () => {
    const { port } = await start();
    await assert.rejects(listen({ port }), new RegExp(`127\\.0\\.0\\.1:${port} is in use`));
  });

  it('reports an event and answers 200', async () => {
    const listening = await start();
    const { status, body } = await post(listening, badge('1001'));
    assert.deepEqual([status, body], [200, { accepted: 1 }]);
    const [signal] = listening.host.of('door-a', 'access.granted');
    assert.equal(signal?.details?.['credential'], '1001');
    assert.equal(signal?.occurredAt, 1_768_478_400_000);
    assert.match(signal?.raw ?? '', /1001/);
  });

  it('takes each entry of a list for a message, and gives each its own key', async () => {
    const listening = await start();
    const { body } = await post(listening, `[${badge('1')}, ${badge('2', 'door-b')}]`, { 'idempotency-key': 'abc' });
    assert.deepEqual(body, { accepted: 2 });
    assert.deepEqual(
      listening.host.reported.map(({ point, repeatKey }) => [point, repeatKey]),
      [
        ['door-a', 'abc 0'],
        ['door-b', 'abc 1'],
      ],
    );
  });

  it('answers 503 with Retry-After while the journal fails, and 200 when the request is repeated', async () => {
    const listening = await start();
    listening.host.journalFails = true;
    const failed = await post(listening, badge('1'));
    assert.equal(failed.status, 503);
    assert.equal(failed.headers.get('retry-after'), '5');
    listening.host.journalFails = false;
    assert.equal((await post(listening, badge('1'))).status, 200);
    assert.equal(listening.host.reported.length, 1);
  });

  it('accepts what no mapping means', async () => {
    const { status, body } = await post(await start(), '{"type": "something else"}');
    assert.deepEqual([status, body], [200, { accepted: 0 }]);
  });

  for (const [what, body, headers, status] of [
    ['a missing token', '{}', { authorization: '' }, 401],
    ['a wrong token', '{}', { authorization: `Bearer ${TOKEN}x` }, 401],
    ['another scheme', '{}', { authorization: `Basic ${TOKEN}` }, 401],
    ['a body that is not JSON', '{', {}, 400],
    ['a body that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415],
    ['a body that is too large', `"${'x'.repeat(300_000)}"`, {}, 413],
    ['a point that is not there', badge('1', 'nowhere'), {}, 422],
    ['a missing field', '{"type": "granted"}', {}, 422],
    ['a key that is too long', '{}', { 'idempotency-key': 'k'.repeat(256) }, 400],
  ] as const) {
    it(`answers ${status} to ${what}, and says why`, async () => {
      const listening = await start();
      const reply = await post(listening, body, headers);
      assert.equal(reply.status, status);
      assert.ok(reply.body.error);
      assert.equal(listening.host.reported.length, 0);
      assert.doesNotMatch(JSON.stringify([reply.body, listening.host.malformedFrames]), new RegExp(TOKEN));
    });
  }

  it('answers 404 and 405 elsewhere', async () => {
    const listening = await start({ path: '/events' });
    assert.equal((await post(listening, '{}')).status, 404);
    assert.equal((await fetch(`${listening.url}events`, { headers: { connection: 'close' } })).status, 405);
  });

  describe('with signatures', () => {
    const body = badge('5');
    const sign = (text: string, key: string | Buffer = KEY) => createHmac('sha256', key).update(text);
    const hmac = { scheme: 'body', secret: { env: 'WEBHOOK_TEST_KEY' } };
    const seconds = (offset = 0) => String(Math.floor(Date.now() / 1000) + offset);

    it('accepts the right one in hexadecimal and base64, and no other', async () => {
      const listening = await start({ hmac });
      const header = 'x-hub-signature-256';
      assert.equal((await post(listening, body, { [header]: `sha256=${sign(body).digest('hex')}` })).status, 200);
      assert.equal((await post(listening, body, { [header]: sign(body).digest('base64') })).status, 200);
      assert.equal((await post(listening, body, { [header]: sign(body, 'another key').digest('hex') })).status, 401);
      assert.equal((await post(listening, `${body} `, { [header]: sign(body).digest('hex') })).status, 401);
      assert.equal((await post(listening, body, { [header]: 'short' })).status, 401);
      assert.equal((await post(listening, body)).status, 401);
    });

    it('wants the token as well, where one is set', async () => {
      const listening = await start({ hmac });
      const headers = { 'x-hub-signature-256': sign(body).digest('hex'), authorization: '' };
      assert.equal((await post(listening, body, headers)).status, 401);
    });

    it('refuses a request that was signed long ago, or whose time was changed', async () => {
      const listening = await start({ hmac: { ...hmac, timestampHeader: 'x-timestamp' } });
      const send = (time: string, signedTime = time) =>
        post(listening, body, { 'x-timestamp': time, 'x-hub-signature-256': sign(`${signedTime}.${body}`).digest('hex') });
      assert.equal((await send(seconds())).status, 200);
      assert.equal((await send(seconds(-3600))).status, 401);
      assert.equal((await send(seconds(3600))).status, 401);
      assert.equal((await send(seconds(), seconds(-3600))).status, 401);
      assert.equal((await send('now')).status, 401);
    });

    it('knows Standard Webhooks, with several signatures while keys are changed', async () => {
      const key = Buffer.from('a key of bytes');
      process.env['WEBHOOK_TEST_WHSEC'] = `whsec_${key.toString('base64')}`;
      const listening = await start({ hmac: { scheme: 'standard-webhooks', secret: { env: 'WEBHOOK_TEST_WHSEC' } } });
      delete process.env['WEBHOOK_TEST_WHSEC'];
      const time = seconds();
      const headers = (id: string) => ({
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': `v1,AAAA v1,${sign(`msg_1.${time}.${body}`, key).digest('base64')}`,
      });
      assert.equal((await post(listening, body, headers('msg_1'))).status, 200);
      assert.equal((await post(listening, body, headers('msg_2'))).status, 401);
      assert.equal(listening.host.reported[0]?.repeatKey, 'msg_1 0');
    });
  });

  it('gives up a request that does not arrive in time, and serves others meanwhile', async () => {
    const listening = await start({ requestTimeoutSeconds: 1 });
    const slow = dial({ host: '127.0.0.1', port: listening.port });
    slow.on('error', () => undefined);
    slow.write('POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const answer: Buffer[] = [];
    slow.on('data', (bytes: Buffer) => answer.push(bytes));
    assert.equal((await post(listening, badge('1'))).status, 200);
    await once(slow, 'close');
    assert.match(Buffer.concat(answer).toString(), /^(HTTP\/1\.1 408|$)/);
  });

  it('refuses headers without end', async () => {
    const listening = await start();
    const reply = await fetch(listening.url, { method: 'POST', headers: { 'x-long': 'x'.repeat(20_000), connection: 'close' } });
    assert.equal(reply.status, 431);
  });

  it('answers every JSON body, and never with an error of its own', async () => {
    const listening = await start();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.jsonValue(), fc.record({ type: fc.constantFrom('granted', 'open'), door: fc.jsonValue(), credential: fc.jsonValue() })),
        async (value) => {
          const { status } = await post(listening, JSON.stringify(value));
          assert([200, 422].includes(status), `${status}`);
        },
      ),
      { numRuns: 150 },
    );
    assert.equal((await post(listening, badge('1'))).status, 200);
  });

  it('survives bytes that are no HTTP', async () => {
    const listening = await start();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const socket = dial({ host: '127.0.0.1', port: listening.port });
        socket.on('error', () => undefined);
        socket.resume();
        socket.end(bytes);
        await once(socket, 'close');
      }),
      { numRuns: 50 },
    );
    assert.equal((await post(listening, badge('1'))).status, 200);
  });

  it('releases its port when the gateway stops, connections included', async () => {
    const { host, connection, port } = await listen();
    const idle = dial({ host: '127.0.0.1', port });
    idle.on('error', () => undefined);
    await once(idle, 'connect');
    host.abort();
    await connection.done;
    await until('the idle connection to end', () => idle.destroyed);
    const again = await listen({ port });
    again.host.abort();
    await again.connection.done;
  });

  it('refuses a mapping to a point that the device does not have', async () => {
    await assert.rejects(listen({ mappings: [{ event: 'door.open', point: 'door-c' }] }, doors), /no point "door-c"/);
  });
});
