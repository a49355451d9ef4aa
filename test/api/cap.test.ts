import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { NextFunction, Request, Response as Answer } from 'express';
import { XMLParser } from 'fast-xml-parser';
import { capExport } from '../../src/api/routes/escalation.ts';
import { Refusal } from '../../src/desk/operations.ts';
import { dispositions, incidentStates, priorities } from '../../src/domain/incident.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { capMessage } from '../../src/escalation/cap.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { finding, lead, run } from '../incidents/lab.ts';

// The structure of OASIS CAP 1.2 (CAP-v1.2.xsd, 3.2 and appendix A.1 of the standard): the children of each element in their order with how often each
// may be there, and the values of those that have a list.
const sequences: Readonly<Record<string, readonly string[]>> = {
  alert: [
    ...['identifier', 'sender', 'sent', 'status', 'msgType', 'source?', 'scope', 'restriction?', 'addresses?', 'code*', 'note?', 'references?'],
    ...['incidents?', 'info*'],
  ],
  info: [
    ...['language?', 'category+', 'event', 'responseType*', 'urgency', 'severity', 'certainty', 'audience?', 'eventCode*', 'effective?', 'onset?'],
    ...['expires?', 'senderName?', 'headline?', 'description?', 'instruction?', 'web?', 'contact?', 'parameter*', 'resource*', 'area*'],
  ],
  parameter: ['valueName', 'value'],
  area: ['areaDesc', 'polygon*', 'circle*', 'geocode*', 'altitude?', 'ceiling?'],
};
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d$/;
const values: Readonly<Record<string, RegExp>> = {
  sent: time,
  onset: time,
  status: /^(Actual|Exercise|System|Test|Draft)$/,
  msgType: /^(Alert|Update|Cancel|Ack|Error)$/,
  scope: /^(Public|Restricted|Private)$/,
  category: /^(Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other)$/,
  urgency: /^(Immediate|Expected|Future|Past|Unknown)$/,
  severity: /^(Extreme|Severe|Moderate|Minor|Unknown)$/,
  certainty: /^(Observed|Likely|Possible|Unlikely|Unknown)$/,
};

type Node = Readonly<Record<string, readonly Node[] | string>>;

/** What of an element is not as the schema says. */
function violations(name: string, children: readonly Node[]): string[] {
  const sequence = sequences[name];
  const [only] = children;
  const text = typeof only?.['#text'] === 'string' ? only['#text'] : '';
  if (sequence === undefined) return values[name]?.test(text) === false || text === '' ? [`${name}: "${text}"`] : [];
  const names = children.map((child) => Object.keys(child).find((key) => key !== ':@') ?? '');
  const pattern = new RegExp(`^${sequence.map((each) => `(?:${each.replace(/[?*+]$/, '')} )${/[?*+]$/.exec(each)?.[0] ?? ''}`).join('')}$`);
  return [
    ...(pattern.test(names.map((each) => `${each} `).join('')) ? [] : [`${name} holds ${names.join(', ')}`]),
    ...children.flatMap((child, index) => violations(names[index] ?? '', child[names[index] ?? ''] as readonly Node[])),
  ];
}

function violationsOf(xml: string): string[] {
  const parsed = new XMLParser({ preserveOrder: true, ignoreDeclaration: true, ignoreAttributes: false, parseTagValue: false }).parse(xml) as Node[];
  const [root = assert.fail('there is no element')] = parsed;
  assert.match(xml, /<alert xmlns="urn:oasis:names:tc:emergency:cap:1\.2">/);
  return violations('alert', root['alert'] as readonly Node[]);
}

const source = { site: { id: 'lab', name: 'Lab & Co' }, lab: true, name: (id: string) => id };
const { incident } = run(finding(lead(0)));

describe('an incident as a CAP 1.2 message of the schema', () => {
  it('is one in every state, of every priority and disposition', () => {
    for (const state of incidentStates)
      for (const priority of priorities)
        for (const disposition of [undefined, ...dispositions])
          for (const revision of [1, 7]) {
            const each: Incident = { ...incident, state, priority, revision, ...(disposition && { disposition }) };
            assert.deepEqual(violationsOf(capMessage(each, source)), []);
          }
    for (const kind of ['fire', 'medical', 'door-held']) assert.deepEqual(violationsOf(capMessage({ ...incident, kind, areas: [] }, source)), []);
  });

  it('would not be one in another order, or with another value', () => {
    const xml = capMessage(incident, source);
    const swapped = xml.replace(/(<urgency>.*<\/urgency>)\n(<severity>.*<\/severity>)/, '$2\n$1');
    assert.match(violationsOf(swapped)[0] ?? '', /^info holds .*severity, urgency/);
    assert.deepEqual(violationsOf(xml.replace('>Exercise<', '>Drill<')), ['status: "Drill"']);
    assert.deepEqual(violationsOf(xml.replace('-00:00</sent>', 'Z</sent>')).length, 1);
  });
});

describe('CAP by REST', () => {
  let store: Store;
  let server: Server;
  before(async () => {
    store = openStore(':memory:');
    const incidents = new IncidentStore(store);
    incidents.save([incident], 1);
    const app = express().use(capExport(incidents, source));
    app.use((error: Error, _request: Request, response: Answer, _next: NextFunction) => {
      response.status(error instanceof Refusal ? 404 : 500).json({ message: error.message });
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
    store.close();
  });
  const get = (id: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/incidents/${id}/cap.xml`);

  it('is answered with the media type of CAP, and with a sentence for what is not there', async () => {
    const response = await get(incident.id);
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, 'application/cap+xml; charset=utf-8']);
    const xml = await response.text();
    assert.deepEqual(violationsOf(xml), []);
    assert.match(xml, new RegExp(`<incidents>${incident.id}</incidents>`));
    const missing = await get('2026-999999');
    assert.deepEqual([missing.status, ((await missing.json()) as { message: string }).message], [404, 'there is no incident 2026-999999']);
  });
});
