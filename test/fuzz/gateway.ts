import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { fromConsole } from '../../src/desk/protocol.ts';
import { playSchema } from '../../src/desk/video-protocol.ts';
import { startGateway } from '../../src/main.ts';
import type { Gateway } from '../../src/main.ts';
import { deliverByTcp } from './support/delivery.ts';
import type { Address } from './support/delivery.ts';
import { bytesOf, mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const messages = [
  { type: 'resume', epoch: 'e', revision: 3 },
  { type: 'act', request: 1, incident: 'I-1', revision: 1, act: { action: 'acknowledge' } },
  { type: 'act', request: 2, incident: 'I-1', revision: 1, act: { action: 'close', disposition: 'actual', note: 'seen' } },
  { type: 'door', request: 3, door: 'door', command: 'unlock', incident: 'I-1' },
  { type: 'scenario', request: 4, name: 'forced-door' },
  { type: 'play', mode: 'live', from: 0 },
  { type: 'play', mode: 'past', from: 0, to: 1000 },
].map((each) => Buffer.from(JSON.stringify(each)));

const paths = [
  '/',
  '/healthz',
  '/metrics',
  '/api/v1/session',
  '/api/v1/incidents',
  '/api/v1/events?after=1&limit=5',
  '/api/v1/doors/door/commands',
  '/desk',
  '/video/cam',
];

const webSocket = ['connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='];

async function fuzzMessages(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  for (let i = 0; i < count; i += 1) {
    let value: unknown;
    try {
      value = JSON.parse(mutated(random, oneOf(random, messages)).toString('utf8'));
    } catch {
      continue;
    }
    fromConsole.safeParse(value);
    playSchema.safeParse(value);
  }
}

/** A gateway without devices, and a token for its REST interface. */
async function withGateway(use: (gateway: Gateway, token: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-'));
  writeFileSync(join(folder, 'site.yaml'), 'site: { id: fuzz, name: Fuzz }\n');
  const gateway = await startGateway({ siteFile: join(folder, 'site.yaml'), dataFolder: folder, log: pino({ level: 'silent' }), port: 0 });
  try {
    await use(gateway, gateway.accounts.createToken('fuzz', 'integrator'));
    assert.equal((await fetch(`${gateway.url}/healthz`)).status, 200);
    assert.equal((await fetch(`${gateway.url}/readyz`)).status, 200);
  } finally {
    await gateway.close();
    rmSync(folder, { recursive: true });
  }
}

function request(random: Random, token: string): Buffer {
  const body = mutated(random, oneOf(random, messages));
  const headers = [
    `${oneOf(random, ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'])} ${oneOf(random, paths)} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${random() < 0.8 ? token : 'sly_wrong'}`,
    ...(random() < 0.2 ? webSocket : []),
    ...(random() < 0.2 ? [`cookie: sallyport=${bytesOf(random, 30).toString('base64url')}`] : []),
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  const whole = Buffer.concat([Buffer.from(`${headers.join('\r\n')}\r\n\r\n`), body]);
  return random() < 0.5 ? whole : mutated(random, whole);
}

/** Requests, most of them broken. */
const fuzzHttp = (random: Random, count: number) =>
  withGateway((gateway, token) => deliverByTcp(addressOf(gateway), random, count, () => request(random, token), 'answer'));

/** Tiles: what is sent after the upgrade to a WebSocket, in frames that are most of them broken. */
const fuzzTile = (random: Random, count: number) =>
  withGateway(async (gateway, token) => {
    const input = () => {
      const upgrade = `GET ${oneOf(random, ['/video', '/video/cam', '/desk'])} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n${webSocket.join('\r\n')}\r\n\r\n`;
      const frames = Buffer.concat([frame(oneOf(random, messages)), mutated(random, frame(mutated(random, oneOf(random, messages))))]);
      return Buffer.concat([Buffer.from(upgrade), random() < 0.5 ? frames : mutated(random, frames)]);
    };
    await deliverByTcp(addressOf(gateway), random, count, input, 'answer');
  });

/** A text of a client (RFC 6455, 5.2), masked with zeros. */
function frame(text: Buffer): Buffer {
  const length = text.length < 126 ? Buffer.from([0x80 | text.length]) : Buffer.from([0x80 | 126, text.length >> 8, text.length & 0xff]);
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), text]);
}

function addressOf({ url }: Gateway): Address {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

/** A signed-in console that sends what no console sends. */
async function fuzzDesk(random: Random, count: number): Promise<void> {
  await withGateway(async (gateway, token) => {
    let socket: WebSocket | undefined;
    for (let i = 0; i < count; i += 1) {
      if (socket === undefined || socket.readyState !== WebSocket.OPEN) {
        socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/desk`, { headers: { authorization: `Bearer ${token}` } });
        socket.on('error', () => undefined);
        await once(socket, 'open');
      }
      const message = random() < 0.3 ? oneOf(random, messages) : mutated(random, oneOf(random, messages));
      socket.send(random() < 0.1 ? message : message.toString('utf8'));
      if (i % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    if (socket !== undefined && socket.readyState !== WebSocket.CLOSED) {
      // Behind everything that was sent.
      socket.close();
      await once(socket, 'close');
    }
  });
}

export const targets: readonly Target[] = [
  { name: 'console and video messages', kind: 'codec', run: fuzzMessages },
  { name: 'gateway, HTTP', kind: 'socket', run: fuzzHttp },
  { name: 'gateway, WebSocket of the desk', kind: 'socket', run: fuzzDesk },
  { name: 'gateway, WebSocket of tiles', kind: 'socket', run: fuzzTile },
];
