import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import type { NextFunction, Request, Response as ServerResponse } from 'express';
import { evidencePictures } from '../../src/api/routes/evidence.ts';
import type { Finding } from '../../src/domain/incident.ts';
import { evidenceOf } from '../../src/incidents/evidence.ts';
import { Journal } from '../../src/intake/journal.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { forcedDoor } from '../console/canned.ts';
import { nowhere } from '../support/nowhere.ts';

const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const ID = '2026-000001';

describe('the picture that came with a piece of evidence', () => {
  let folder: string;
  let store: Store;
  let server: Server;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-evidence-'));
    store = openStore(join(folder, 'sallyport.db'));
    const incidents = new IncidentStore(store);
    const journal = new Journal(store);
    const pictures: Record<string, Record<string, string>> = {
      jpeg: { picture: `data:image/jpeg;base64,${JPEG.toString('base64')}` },
      svg: { picture: `data:image/svg+xml;base64,${Buffer.from('<svg onload="alert(1)"/>').toString('base64')}` },
      url: { picture: 'http://192.0.2.1/latest.jpg' },
      none: {},
      elsewhere: { picture: `data:image/jpeg;base64,${JPEG.toString('base64')}` },
    };
    const base = { device: 'recorder', point: 'cam-server', kind: 'video.snapshot', phase: 'momentary', receivedAt: 1, eventAt: 1 } as const;
    journal.append(Object.entries(pictures).map(([id, details]) => ({ ...base, id, details })));
    const evidence = journal
      .read({ limit: 10 })
      .filter(({ id }) => id !== 'elsewhere')
      .map((event) => {
        const finding = {
          id: event.id,
          rule: 'picture-nearby',
          incidentKey: 'key',
          at: 1,
          reason: 'a picture',
          type: 'support',
          raisePriorityBy: 0,
        } as const;
        const found: Finding = { ...finding, event: { ...event, ...nowhere(event.point) } };
        return evidenceOf(found, 'support', { key: 'key', revision: 1 });
      });
    assert.deepEqual(
      evidence.map(({ event, picture }) => [event, picture]),
      [
        ['jpeg', true],
        ['svg', true],
        ['url', true],
        ['none', undefined],
      ],
    );
    incidents.save([{ ...forcedDoor(1), id: ID, evidence }], 0);
    const app = express();
    app.use(evidencePictures(incidents, journal));
    app.use((error: Error, _request: Request, response: ServerResponse, _next: NextFunction) => void response.status(404).send(error.message));
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    store.close();
    rmSync(folder, { recursive: true });
  });

  const picture = (event: string, incident = ID) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/incidents/${incident}/evidence/${event}/picture`);

  it('is served from the journal', async () => {
    const response = await picture('jpeg');
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), JPEG);
  });

  it('is pixels alone: no drawing that may hold a program, and no address of somebody else', async () => {
    for (const event of ['svg', 'url', 'none']) assert.equal((await picture(event)).status, 404, event);
  });

  it('belongs to the incident that is named', async () => {
    assert.equal((await picture('elsewhere')).status, 404);
    assert.equal((await picture('jpeg', '2026-000002')).status, 404);
  });
});
