import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NextFunction, Request, Response as Answer } from 'express';
import express from 'express';
import { pino } from 'pino';
import { route } from '../../src/api/endpoint.ts';
import { alarmEndpoints } from '../../src/api/routes/alarms.ts';
import { Operations, Refusal } from '../../src/desk/operations.ts';
import type { AlarmState } from '../../src/desk/schemas.ts';
import { defaultAlarmPolicy } from '../../src/domain/alarm-policy.ts';
import type { Measure } from '../../src/domain/measure.ts';
import type { Site } from '../../src/domain/site.ts';
import { BookWriter } from '../../src/store/book-writer.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { finding, held, lead, NOON } from '../incidents/lab.ts';
import { ManualClock } from '../support/manual-clock.ts';

const door = { id: 'door-main', type: 'door', name: 'Main entrance', device: 'ctl', heldAfterSeconds: 30, commands: [], at: {} } as const;
const device = { id: 'ctl', name: 'Controller', adapter: 'none', options: {} };
const site: Site = { id: 'lab', name: 'Lab', areas: [], devices: [device], doors: [door], readers: [], cameras: [], panels: [], zones: [] };

describe('measures by REST', () => {
  let store: Store;
  let server: Server;
  let book: BookWriter;
  let audited: string[];

  beforeEach(async () => {
    store = openStore(':memory:');
    audited = [];
    const clock = new ManualClock(NOON);
    const incidents = new IncidentStore(store);
    book = new BookWriter(incidents, 0, pino({ level: 'silent' }));
    const operations = new Operations({
      site,
      book,
      clock,
      doors: () => assert.fail('no door is commanded'),
      ptz: { manual: () => Promise.resolve() },
      accounts: () => [],
      startScenario: undefined,
      audit: ({ by, text }) => audited.push(`${by} ${text}`),
    });
    const app = express();
    app.use(express.json());
    route(app, alarmEndpoints({ store: incidents, book, operations, clock, policy: defaultAlarmPolicy }), () => ({
      name: 'ann',
      role: 'dispatcher',
    }));
    app.use((error: Error, _request: Request, response: Answer, _next: NextFunction) => {
      response
        .status(error instanceof Refusal ? 409 : 500)
        .json({ code: error instanceof Refusal ? error.code : 'internal', message: error.message });
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    store.close();
  });

  async function call<T>(path: string, body?: unknown): Promise<T & { readonly code?: string; readonly message?: string }> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return (await (await fetch(url, body === undefined ? {} : post)).json()) as T & { code?: string; message?: string };
  }
  const begin = (measure: unknown) => call<Measure>('/measures', measure);
  const inForce = async () => (await call<AlarmState>('/alarms')).measures.map(({ type }) => type);

  const shelving = { type: 'shelved', target: { of: 'kind', point: 'door-main', kind: 'door-held' }, minutes: 30, reason: 'Movers' };
  const good: [string, unknown][] = [
    ['shelves a kind of incident at a point', shelving],
    ['takes a point out of service', { ...shelving, type: 'out-of-service', target: { of: 'point', point: 'door-main' } }],
    ['puts a device on test', { ...shelving, type: 'on-test', target: { of: 'device', device: 'ctl' } }],
    ['puts a door on test', { ...shelving, type: 'on-test', target: { of: 'point', point: 'door-main' } }],
    ['puts the site on test', { ...shelving, type: 'on-test', target: { of: 'site' } }],
  ];
  for (const [what, measure] of good) {
    it(`${what}, until its end or until somebody ends it, and the log says who`, async () => {
      const begun = await begin(measure);
      assert.equal(begun.until, NOON + 30 * 60_000);
      assert.deepEqual(await inForce(), [begun.type]);
      const ended = await call<Measure>(`/measures/${begun.id}/end`, {});
      assert.equal(ended.endedBy, 'ann');
      assert.deepEqual(await inForce(), []);
      assert.equal(audited.length, 2);
      assert(audited.every((line) => line.startsWith('ann ')));
    });
  }

  it('keeps what is shelved out of the queue, but never what is critical', async () => {
    await begin(shelving);
    await begin({ ...shelving, type: 'out-of-service', target: { of: 'point', point: 'door-main' } });
    book.apply(finding(held(1)));
    book.apply(finding(lead(2, { point: 'door-main', priority: 1 })));
    const suppressed = [...book.incidents.values()].map((each) => [each.kind, each.suppressed?.type]);
    assert.deepEqual(suppressed, [
      ['door-held', 'shelved'],
      ['door-forced', undefined],
    ]);
  });

  const wrong: [string, unknown, RegExp][] = [
    ['without an end', { ...shelving, minutes: undefined }, /minutes/],
    ['of no time', { ...shelving, minutes: 0 }, /minutes/],
    ['without a reason', { ...shelving, reason: ' ' }, /reason/],
    ['of another type', { ...shelving, type: 'ignored' }, /type/],
    ['of a point that is not there', { ...shelving, target: { of: 'kind', point: 'door-mian', kind: 'door-held' } }, /no point door-mian/],
    ['of a device that is not there', { ...shelving, type: 'on-test', target: { of: 'device', device: 'ctrl' } }, /no device ctrl/],
    ['of a point that is not there, on test', { ...shelving, type: 'on-test', target: { of: 'point', point: 'panel-x' } }, /no point panel-x/],
    ['of an incident that is not there', { ...shelving, target: { of: 'incident', incident: '2026-000009' } }, /no such open incident/],
    ['of the whole site, shelved', { ...shelving, target: { of: 'site' } }, /./],
  ];
  for (const [what, measure, message] of wrong) {
    it(`refuses one ${what}`, async () => {
      const { code, message: said } = await begin(measure);
      assert.notEqual(code, undefined);
      assert.notEqual(code, 'internal');
      assert.match(said ?? '', message);
      assert.deepEqual(await inForce(), []);
      assert.deepEqual(audited, []);
    });
  }

  it('refuses to end what is not in force', async () => {
    assert.notEqual((await call(`/measures/m9/end`, {})).code, undefined);
  });
});
