import assert from 'node:assert/strict';
import senders from '../../../simulators/webhook/index.ts';
import type { WebhookSender } from '../../../simulators/webhook/index.ts';
import { quirks } from '../../../simulators/webhook/quirks.ts';
import { until } from '../../support/until.ts';
import { KEY, listen, mappings, TOKEN } from './bench.ts';
import type { Listening } from './bench.ts';

/** How a site file reads the time of a sender that counts milliseconds. */
const inMilliseconds = mappings.map((mapping) => ('occurredAt' in mapping ? { ...mapping, occurredAt: 'payload.time / 1000.0' } : mapping));

describe('the webhook adapter with a simulated sender of every kind', () => {
  let listening: Listening;
  let sender: WebhookSender;

  afterEach(async () => {
    await sender.stop();
    listening.host.abort();
    await listening.connection.done;
  });

  for (const quirk of quirks.names) {
    for (const signed of [false, true]) {
      it(`takes the events of a sender with ${quirk}, by token${signed ? ' and signature' : ''}`, async () => {
        const milliseconds = quirk === 'time-in-milliseconds';
        const hmac = { scheme: 'body', secret: { env: 'WEBHOOK_TEST_KEY' }, timestampHeader: 'x-timestamp' };
        listening = await listen({ ...(signed && { hmac }), ...(milliseconds && { mappings: inMilliseconds }) });
        sender = senders.create('sender', { port: listening.port, quirks: [quirk], token: TOKEN, ...(signed && { hmac: KEY }) });
        await sender.start();
        const before = Date.now();
        await sender.stimuli['open']?.({ door: 'A' });
        await sender.stimuli['badge']?.({ door: 'A', credential: 7 });
        await until('both answers', () => sender.acknowledged === 2);
        const { host } = listening;
        assert.equal(host.of('door-a', 'door.open').at(-1)?.phase, 'raised');
        const [badge] = host.of('door-a', 'access.granted');
        assert.equal(badge?.details?.['credential'], '7');
        assert.ok(Math.abs((badge.occurredAt ?? 0) - before) < 60_000);
        assert.deepEqual(host.malformedFrames, []);
      });
    }
  }
});
