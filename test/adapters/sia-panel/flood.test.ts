import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { parse } from 'yaml';
import adapter from '../../../adapters/sia-panel/index.ts';
import type { ServedPoint } from '../../../src/adapter/contract.ts';
import { openAlarmPath } from '../../../src/alarm-path.ts';
import { readRules } from '../../../src/correlation/read-rules.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import type { Incident } from '../../../src/domain/incident.ts';
import type { Site } from '../../../src/domain/site.ts';
import { openStore } from '../../../src/store/database.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { message } from './rig.ts';

const PANELS = 6;
const ZONES = 4;
const EACH = 60;
const OFFERED = PANELS * EACH + 1;
const panels = [...Array.from({ length: PANELS }, (_, index) => `panel-${index}`), 'panel-panic'];
const account = (panel: number) => String(4000 + panel);
const zonesOf = (panel: string) => Array.from({ length: ZONES }, (_, index) => ({ id: `${panel}-zone-${index + 1}`, number: index + 1 }));

const site: Site = {
  id: 'flood',
  name: 'Flood',
  areas: [{ id: 'hall', name: 'Hall' }],
  devices: [{ id: 'receiver', name: 'Receiver', adapter: 'sia-panel', options: {} }],
  doors: [],
  readers: [],
  cameras: [],
  panels: panels.map((id) => ({ id, type: 'panel', name: id, area: 'hall', device: 'receiver', at: {} })),
  zones: panels.flatMap((panel) => zonesOf(panel).map(({ id }) => ({ id, type: 'zone', name: id, area: 'hall', panel, device: 'receiver', at: {} }))),
};

const points: readonly ServedPoint[] = panels.flatMap((panel, index): ServedPoint[] => [
  { id: panel, type: 'panel', name: panel, at: adapter.points.panel?.parse({ account: account(index) }) },
  ...zonesOf(panel).map(({ id, number }): ServedPoint => ({ id, type: 'zone', name: id, parent: panel, at: adapter.points.zone?.parse({ number }) })),
]);

const { rules } = readRules([
  { file: 'intrusion.yaml', document: parse(readFileSync(join(import.meta.dirname, '../../../config/rules/intrusion.yaml'), 'utf8')) },
]);

/** A line that the receiver has taken: it has answered a poll. */
async function lineOf(port: number, panel: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(message({ account: account(panel), token: 'NULL', data: '', sequence: '0000' }));
  await once(socket, 'data');
  return socket;
}

/** Sends frames without waiting for answers; resolves to the answers when there is one for each. */
async function sendAll(socket: Socket, frames: readonly Buffer[]): Promise<string[]> {
  let received = '';
  await new Promise<void>((done, failed) => {
    socket.on('error', failed);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      if (received.split('\r').length > frames.length) done();
    });
    socket.write(Buffer.concat(frames));
  });
  socket.destroy();
  return [...received.matchAll(/"ACK"(\d{4})/g)].map(([, sequence]) => sequence ?? '');
}

describe('a flood of alarms by panels that do not wait for their acknowledgements', () => {
  it('loses nothing, answers in order, and does not keep a panic alarm waiting behind the others', async () => {
    const store = openStore(':memory:');
    const path = openAlarmPath({ store, site, rules, clock: systemClock, log: pino({ level: 'silent' }), problems: new Set() });
    const host = new TestHost(points);
    host.report = (signal) => path.intake.report('receiver', signal);
    const told: Incident[] = [];
    let journalledAtPanic: number | undefined;
    path.book.changes.subscribe((changes) => {
      told.push(...changes.map(({ incident }) => incident));
      if (changes.some(({ incident }) => incident.kind === 'panic')) journalledAtPanic ??= path.journal.lastPosition();
    });
    const { done } = await adapter.connect(adapter.options.parse({ port: 0 }), host);
    const port = Number(/:(\d+) /.exec(host.onlineDetail ?? '')?.[1]);
    try {
      const sequences = Array.from({ length: EACH }, (_, index) => String(index + 1).padStart(4, '0'));
      const lines = await Promise.all(panels.map((_, panel) => lineOf(port, panel)));
      const [panicLine] = lines.slice(PANELS);
      const flood = lines.slice(0, PANELS).map((line, panel) => {
        const frames = sequences.map((sequence, index) => {
          const what = `${index % 2 === 0 ? 'BA' : 'BR'}00${(Math.floor(index / 2) % ZONES) + 1}`;
          return message({ account: account(panel), sequence, data: `#${account(panel)}|Nri1/${what}` });
        });
        return sendAll(line, frames);
      });
      assert.ok(panicLine);
      const panic = sendAll(panicLine, [message({ account: account(PANELS), data: `#${account(PANELS)}|Nri1/PA001` })]);
      for (const answers of await Promise.all(flood)) assert.deepEqual(answers, sequences);
      assert.deepEqual(await panic, ['0001']);
      path.book.flush();
    } finally {
      host.abort();
      await done;
      path.close();
    }
    assert.equal(path.journal.read({ limit: 2 * OFFERED }).length, OFFERED);
    assert.ok(journalledAtPanic !== undefined && journalledAtPanic < OFFERED / 2, `shown when ${journalledAtPanic} of ${OFFERED} were journalled`);
    for (const { id, revision } of path.incidents.recent(0)) assert.equal(told.findLast((each) => each.id === id)?.revision, revision);
    assert.equal(path.incidents.recent(0).length, PANELS * ZONES + 1);
    assert.equal(path.incidents.position(), OFFERED);
    store.close();
  });
});
