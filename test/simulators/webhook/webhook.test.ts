import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import senders from '../../../simulators/webhook/index.ts';
import type { WebhookSender } from '../../../simulators/webhook/index.ts';
import { until } from '../../support/until.ts';

describe('the simulated webhook sender', () => {
  let server: Server;
  let sender: WebhookSender;
  let status: number;
  const requests: { headers: IncomingHttpHeaders; body: string }[] = [];

  beforeEach(async () => {
    status = 200;
    requests.length = 0;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(status).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    sender = senders.create('sender', { port, token: 't', hmac: 'k', retrySeconds: 0.01 });
    await sender.start();
  });
  afterEach(async () => {
    await sender.stop();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it('posts JSON with its token and a signature over time and body', async () => {
    sender.stimuli['badge']?.({ door: 'A', credential: 1001 });
    const { headers, body } = await until('the request', () => requests[0]);
    assert.equal(headers.authorization, 'Bearer t');
    const signed = `${String(headers['x-timestamp'])}.${body}`;
    assert.equal(headers['x-hub-signature-256'], `sha256=${createHmac('sha256', 'k').update(signed).digest('hex')}`);
    assert.match(body, /"credential":"1001"/);
    await until('its acknowledgement', () => sender.acknowledged === 1);
  });

  it('repeats with the same key until it is answered with 2xx', async () => {
    status = 503;
    sender.stimuli['open']?.({ door: 'A' });
    await until('three attempts', () => requests.length >= 3);
    status = 200;
    await until('its acknowledgement', () => sender.acknowledged === 1);
    assert.equal(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size, 1);
  });

  for (const fault of ['drop', 'reset', 'truncate', 'stall']) {
    it(`completes no request during ${fault}, and delivers afterwards`, async () => {
      sender.faults[fault]?.({});
      sender.stimuli['open']?.({ door: 'A' });
      sender.stimuli['close']?.({ door: 'A' });
      assert.equal(sender.waiting, 2);
      await sender.faults['clear']?.({});
      await until('both', () => sender.acknowledged === 2);
      assert.match(requests[0]?.body ?? '', /"open"/);
      assert.match(requests[1]?.body ?? '', /"closed"/);
      assert.equal(requests.length, 2);
    });
  }
});
