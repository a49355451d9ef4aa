import assert from 'node:assert/strict';
import { one, signatureRefusal, tokenRefusal } from '../../adapters/webhook/authentication.ts';
import { Inbox } from '../../adapters/webhook/inbox.ts';
import { webhookOptions } from '../../adapters/webhook/options.ts';
import { parseJson } from '../../src/adapter/mapping/json.ts';
import { doors, KEY, listen, mappings, TOKEN } from '../adapters/webhook/bench.ts';
import { TestHost } from '../support/adapter-host.ts';
import { deliverByTcp } from './support/delivery.ts';
import { mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const bodies = [
  '{"type": "open", "door": "A"}',
  '{"type": "granted", "door": "door-b", "credential": "1001", "time": "2026-01-15T12:00:00Z"}',
  '[{"type": "closed", "door": "A"}, {"type": "granted", "door": "A", "credential": 7, "time": 1768478400}]',
].map((body) => Buffer.from(body));
const secret = { env: 'WEBHOOK_TEST_KEY' };
const signatures = [
  { scheme: 'body', secret, header: 'x-signature', timestampHeader: 'x-time', toleranceSeconds: 300 },
  { scheme: 'standard-webhooks', secret, toleranceSeconds: 300 },
] as const;

/** Bodies become events or are refused with a reason. */
async function fuzzBodies(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const inbox = new Inbox(new TestHost(doors), webhookOptions.parse({ port: 0, token: secret, mappings }));
  for (let i = 0; i < count; i += 1) {
    let content: unknown;
    try {
      content = parseJson(mutated(random, oneOf(random, bodies)));
    } catch {
      continue;
    }
    const { signals } = inbox.read(content, {}, random() < 0.5 ? 'key' : undefined);
    for (const { point } of signals) assert.ok(['door-a', 'door-b'].includes(point ?? ''));
  }
}

/** Headers that say who sends: none that was made without the secrets is believed. */
async function fuzzHeaders(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const now = Date.now();
  const seconds = String(Math.floor(now / 1000));
  const text = (right: string) => mutated(random, Buffer.from(right)).toString('latin1');
  for (let i = 0; i < count; i += 1) {
    const headers = {
      'x-signature': text(`sha256=${'0'.repeat(64)}`),
      'x-time': random() < 0.5 ? seconds : text(seconds),
      'webhook-id': text('msg_1'),
      'webhook-timestamp': random() < 0.5 ? seconds : text(seconds),
      'webhook-signature': text(`v1,${'A'.repeat(43)}= v1a,AAAA`),
    };
    one(headers, 'webhook-id');
    for (const options of signatures) assert.ok(signatureRefusal(headers, oneOf(random, bodies), options, KEY, now) !== undefined);
    assert.ok(tokenRefusal({ authorization: text('Bearer another-token') }, TOKEN) !== undefined);
  }
}

/** A listener goes on taking right requests, whatever else is sent to it. */
async function fuzzListener(random: Random, count: number): Promise<void> {
  const { host, connection, port } = await listen();
  const to = { host: '127.0.0.1', port };
  const request = (body: Buffer) =>
    Buffer.concat([
      Buffer.from(
        `POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
      ),
      body,
    ]);
  const input = () => {
    const body = mutated(random, oneOf(random, bodies));
    return random() < 0.6 ? request(body) : mutated(random, request(body));
  };
  try {
    await deliverByTcp(to, random, count, input, 'answer');
    const before = host.reported.length;
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    assert.equal((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: bodies[0] ?? '' })).status, 200);
    assert.equal(host.reported.length, before + 1);
  } finally {
    host.abort();
    await connection.done;
  }
}

export const targets: readonly Target[] = [
  { name: 'webhook bodies', kind: 'codec', run: fuzzBodies },
  { name: 'webhook headers', kind: 'codec', run: fuzzHeaders },
  { name: 'webhook listener', kind: 'socket', run: fuzzListener },
];
