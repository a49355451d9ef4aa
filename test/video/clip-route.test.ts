import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { clipRoutes } from '../../src/api/routes/video.ts';
import type { Clip } from '../../src/video/clip.ts';
import { Refusal } from '../../src/desk/operations.ts';
import { VideoError } from '../../src/video/video-error.ts';
import { until } from '../support/until.ts';
import { inTemporaryDirectory } from './support/footage.ts';

const bytes = Buffer.from('not really a film');
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** Asks a server that makes clips by `make`; gives the answer, and what was asked for and audited. */
async function ask(query: string, make: (path: string) => Promise<Clip | undefined>) {
  return inTemporaryDirectory(async (directory) => {
    const path = join(directory, 'clip.mp4');
    const asked: unknown[] = [];
    const audited: string[] = [];
    const app = express().use(
      clipRoutes({
        cameras: [{ id: 'cam-1', name: 'Lobby' }],
        clip: (...request) => {
          asked.push(request);
          return make(path);
        },
        audit: ({ text }) => audited.push(text),
        principal: () => ({ name: 'dispatcher' }),
      }),
    );
    app.use((error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      response.status(error instanceof Refusal ? 400 : 500).json(error instanceof Refusal ? { code: error.code, message: error.message } : {});
    });
    const server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${query}`);
      const body = Buffer.from(await response.arrayBuffer());
      await until('the file to be deleted', () => !existsSync(path));
      return { status: response.status, headers: response.headers, body, asked, audited };
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
}

describe('clip by REST', () => {
  it('is sent with its hash, put on record, and deleted', async () => {
    const at = Date.UTC(2026, 0, 15, 12, 0, 0);
    const make = async (path: string) => {
      await writeFile(path, bytes);
      return { path, bytes: bytes.length, sha256, from: at, to: at + 2_000, width: 320, height: 180 };
    };
    const { status, headers, body, asked, audited } = await ask(`/cameras/cam-1/clip.mp4?from=${at}&to=2026-01-15T12:00:02Z`, make);
    assert.deepEqual([status, body], [200, bytes]);
    assert.deepEqual(asked, [['cam-1', at, at + 2_000]]);
    assert.equal(headers.get('x-content-sha256'), sha256);
    assert.equal(headers.get('repr-digest'), `sha-256=:${createHash('sha256').update(body).digest('base64')}:`);
    assert.match(headers.get('content-disposition') ?? '', /cam-1-2026-01-15T12-00-00/);
    assert.deepEqual(audited, [`exported Lobby from 2026-01-15T12:00:00.000Z to 2026-01-15T12:00:02.000Z, SHA-256 ${sha256}`]);
  });

  it('is refused in words', async () => {
    const none = () => Promise.resolve(undefined);
    const cases: [string, () => Promise<undefined>, RegExp][] = [
      ['/cameras/cam-9/clip.mp4?from=1&to=2', none, /there is no camera cam-9/],
      ['/cameras/cam-1/clip.mp4?from=1&to=2', none, /nothing of that time is kept of Lobby/],
      ['/cameras/cam-1/clip.mp4?from=2&to=1', none, /"to" must be later/],
      ['/cameras/cam-1/clip.mp4?from=1&to=600002', none, /at most 10 minutes/],
      ['/cameras/cam-1/clip.mp4?from=yesterday', none, /from/],
      [
        '/cameras/cam-1/clip.mp4?from=1&to=2',
        () => Promise.reject(new VideoError('unsupported', 'the camera changed its codec')),
        /^conflict: Lobby: the camera/,
      ],
    ];
    for (const [query, make, words] of cases) {
      const { status, body } = await ask(query, make);
      assert.equal(status, 400);
      const { code, message } = JSON.parse(body.toString()) as { code: string; message: string };
      assert.match(`${code}: ${message}`, words);
    }
  });
});
