import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Escalations } from '../../src/desk/escalations.ts';
import type { AlarmPicture } from '../../src/escalation/channel.ts';
import { hookChannel } from '../../src/escalation/hook.ts';
import { BookWriter } from '../../src/store/book-writer.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { Outbox } from '../../src/store/outbox.ts';
import { acknowledge, action, finding, lead, NOON } from '../incidents/lab.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const ID = '2026-000001';

describe('the messages of an escalation', () => {
  let store: Store;
  let server: Server;
  let got: { headers: IncomingHttpHeaders; body: string }[];
  let status: number;
  let picture: AlarmPicture | undefined;
  const open: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    store = openStore(':memory:');
    got = [];
    status = 204;
    picture = undefined;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        got.push({ headers: request.headers, body });
        response.writeHead(status).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
    server.closeAllConnections();
    server.close();
    store.close();
  });

  /** One forced door that waits since noon; starting again on the same store is a restart. */
  function started(at = NOON) {
    const clock = new ManualClock(at);
    const book = new BookWriter(new IncidentStore(store), 0, pino({ level: 'silent' }));
    if (!book.incidents.has(ID)) book.apply(finding(lead(0)));
    book.flush();
    const outbox = new Outbox(store);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const hook = {
      secret: () => Promise.resolve('shared'),
      siteId: 'lab',
      console: 'https://desk.lab.test/console',
      picture: (incident: string) => Promise.resolve(incident === ID ? picture : undefined),
    };
    const escalations = new Escalations({
      policy: { targets: [{ priority: 2, acknowledgeWithinMs: 30_000 }], chain: [{ name: 'Leader', waitMs: 60_000 }] },
      channels: new Map([['Leader', hookChannel({ ...hook, url, clock })]]),
      book,
      outbox,
      clock,
      random: () => 0,
    });
    open.push(escalations);
    const pass = (ms: number) => {
      clock.advance(ms);
      escalations.tick();
    };
    const log = () => book.incidents.get(ID)?.log.map(({ what }) => what) ?? [];
    return { book, outbox, escalations, pass, log, message: () => outbox.latest(1)[0] };
  }

  it('are signed, and delivered once', async () => {
    const { pass, message, log } = started();
    pass(0);
    pass(30_000);
    await until('the delivery', () => message()?.state === 'delivered');
    pass(1000);
    assert.equal(got.length, 1);
    const [{ headers, body } = assert.fail()] = got;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', 'shared').update(signed).digest('base64')}`);
    assert.equal((JSON.parse(body) as { data: { incident: string } }).data.incident, ID);
    assert.equal('picture' in (JSON.parse(body) as { data: object }).data, false, 'there is none');
    assert(log().includes('told Leader'));
  });

  it('tell where the picture of the alarm is and its hash, under the signature', async () => {
    const bytes = Buffer.from('a picture');
    picture = { bytes, path: `/api/v1/incidents/${ID}/snapshot/cam-server.jpg` };
    const { pass, message } = started();
    pass(30_000);
    await until('the delivery', () => message()?.state === 'delivered');
    const [{ headers, body } = assert.fail()] = got;
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', 'shared').update(signed).digest('base64')}`);
    assert.deepEqual((JSON.parse(body) as { data: { picture: unknown } }).data.picture, {
      type: 'image/jpeg',
      url: `https://desk.lab.test/api/v1/incidents/${ID}/snapshot/cam-server.jpg`,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('are tried again with the same identifier after a back-off', async () => {
    const { pass, message, log } = started();
    status = 500;
    pass(30_000);
    await until('the first attempt', () => message()?.attempts === 1);
    status = 204;
    pass(1_999);
    assert.equal(got.length, 1);
    pass(1);
    await until('the delivery', () => message()?.state === 'delivered');
    assert.equal(got[0]?.headers['webhook-id'], got[1]?.headers['webhook-id']);
    assert(log().includes('cannot reach Leader, tries again'));
  });

  it('are withdrawn by an acknowledgement, also one that is tried again', async () => {
    const { pass, message, book } = started();
    status = 500;
    pass(30_000);
    await until('the first attempt', () => message()?.attempts === 1);
    book.apply(action(acknowledge, 31));
    pass(60_000);
    assert.equal(message()?.state, 'withdrawn');
    pass(600_000);
    assert.equal(got.length, 1);
  });

  it('survive a restart: what waits is sent, what was told is not told again', async () => {
    const before = started();
    status = 503;
    before.pass(30_000);
    await until('the first attempt', () => before.message()?.attempts === 1);
    before.book.flush();
    await before.escalations.close();
    status = 204;
    const after = started(NOON + 60_000);
    after.pass(0);
    await until('the delivery', () => after.message()?.state === 'delivered');
    after.pass(300_000);
    assert.equal(after.outbox.latest(10).length, 1);
  });
});
