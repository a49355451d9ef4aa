import express from 'express';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { fromConsole, PROTOCOL_VERSION } from '../../src/desk/protocol.ts';
import type { DeskChanges, DeskState, FromConsole, ToConsole } from '../../src/desk/protocol.ts';
import { playSchema, wishSchema } from '../../src/desk/video-protocol.ts';
import type { FromVideo, Play, StreamKind } from '../../src/desk/video-protocol.ts';
import type { IncidentState } from '../../src/domain/incident.ts';
import { picture } from '../../simulators/mqtt/picture.ts';
import { figures, hello, quietState } from './canned.ts';
import type { SentIncident } from './canned.ts';
import { FakeCamera } from './fake-camera.ts';

const COOKIE = 'session=fake';
export const PASSWORD = 'correct horse';
const stateAfter: Partial<Record<string, IncidentState>> = {
  acknowledge: 'acknowledged',
  start: 'in-progress',
  resolve: 'resolved',
  close: 'closed',
  hold: 'on-hold',
  reopen: 'new',
};

/** A gateway as the console sees it: it serves the page, the session, the desk and video, and has no devices behind it. */
export class FakeGateway {
  /** Every action, door command and scenario that a console sent, and each resume. */
  readonly received: FromConsole[] = [];
  protocol = PROTOCOL_VERSION;
  /** Refuses everything, as if it were down, while the page in the browser stays. */
  down = false;
  /** Why the next action of a dispatcher is not taken. */
  refusal: { code: string; message: string } | undefined;
  /** Cameras that send no new pictures. */
  readonly frozen = new Set<string>();
  /** How late the cameras' pictures come. */
  lateMs = 0;
  /** The streams that cameras send in a form which no browser decodes. */
  readonly unknown = new Set<StreamKind>();
  /** The streams of which what comes is not what it says. */
  readonly damaged = new Set<StreamKind>();
  /** Each `play` of live pictures, in the order in which they came. */
  readonly played: Extract<Play, { mode: 'live' }>[] = [];
  /** Keeps no past but what is recorded. */
  forgetful = false;
  state: DeskState = quietState(Date.now());
  readonly #epoch = 'epoch-1';
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #consoles = new Set<WebSocket>();
  /** Those that show a camera live. */
  readonly #tiles = new Set<{ readonly camera: string; readonly socket: WebSocket }>();
  readonly #camera: FakeCamera;
  readonly #folder: string;

  private constructor(page: string, camera: FakeCamera, folder: string) {
    this.#camera = camera;
    this.#folder = folder;
    this.#server = createServer(this.#routes(page));
    this.#server.on('upgrade', (request, socket, head) => {
      const refused = this.down || !signedIn(request);
      if (refused) socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      else this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, request.url ?? ''));
    });
  }

  /** @param page the folder with the built console */
  static async start(page: string): Promise<FakeGateway> {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-console-'));
    const gateway = new FakeGateway(page, await FakeCamera.make(folder, Date.now() - 120_000), folder);
    await new Promise<void>((listening) => gateway.#server.listen(0, '127.0.0.1', listening));
    return gateway;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.drop();
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
    await rm(this.#folder, { recursive: true });
  }

  /** Cuts every WebSocket. */
  drop(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Changes the desk and tells every console. */
  publish(change: Omit<DeskChanges, 'type' | 'revision'>): void {
    const { state } = this;
    const revision = state.revision + 1;
    this.state = {
      ...state,
      revision,
      incidents: merged(state.incidents, change.incidents ?? [], ({ id }) => id),
      doors: merged(state.doors, change.doors ?? [], (each) => each.door),
      devices: merged(state.devices, change.devices ?? [], (each) => each.device),
      log: [...state.log, ...(change.log ?? [])],
      ...(change.alarms && { alarms: change.alarms }),
      ...(change.threats && { threats: change.threats }),
    };
    this.#broadcast({ type: 'changes', revision, ...change });
  }

  /** Tells the tiles that show a camera. */
  tellTiles(camera: string, message: FromVideo): void {
    for (const tile of this.#tiles) if (tile.camera === camera) sendVideo(tile.socket, message);
  }

  /** Starts the next test from a quiet desk. */
  reset(): void {
    this.received.length = 0;
    this.frozen.clear();
    this.unknown.clear();
    this.damaged.clear();
    this.played.length = 0;
    this.lateMs = 0;
    this.forgetful = false;
    this.down = false;
    this.refusal = undefined;
    this.protocol = PROTOCOL_VERSION;
    this.state = quietState(Date.now());
    this.drop();
  }

  #routes(page: string): express.Express {
    const app = express();
    app.use((_request, response, next) => {
      // As strict as the real gateway's.
      response.set('content-security-policy', "default-src 'self'; media-src 'self' blob:; connect-src 'self'; style-src 'self'; script-src 'self'");
      if (this.down) response.status(503).end();
      else next();
    });
    app.use(express.json());
    app.get('/api/v1/session', (request, response) => {
      if (signedIn(request)) response.json({ name: 'dana', role: 'dispatcher' });
      else response.status(401).json({ code: 'not-signed-in', message: 'Sign in first.' });
    });
    app.post('/api/v1/session', (request, response) => {
      const { name, password } = request.body as { name: string; password: string };
      if (password === PASSWORD) response.set('set-cookie', `${COOKIE}; HttpOnly; SameSite=Strict; Path=/`).json({ name, role: 'dispatcher' });
      else response.status(401).json({ code: 'refused', message: 'Name or password is wrong.' });
    });
    app.delete('/api/v1/session', (_request, response) => response.set('set-cookie', `${COOKIE}; Max-Age=0; Path=/`).status(204).end());
    app.post('/api/v1/tickets', (request, response) => {
      const { cameras } = request.body as { cameras: string[] };
      response.json({ tickets: cameras.map((camera) => ({ camera, ticket: `for ${camera}`, expiresAt: Date.now() + 30_000 })) });
    });
    app.get('/api/v1/cameras/:camera/ptz', (_request, response) => response.json({ turns: false, presets: [] }));
    app.get('/api/v1/incidents/:incident/procedure', (_request, response) => response.json({ procedure: null }));
    app.get('/api/v1/figures', (_request, response) => response.json(figures));
    app.get('/api/v1/incidents/:incident/video/:camera.mp4', (_request, response) => {
      response.type('video/mp4').send(Buffer.concat([this.#camera.initialisation, this.#camera.fragments(0, 100)]));
    });
    app.get('/api/v1/incidents/:incident/evidence/:event/picture', (_request, response) => void response.type('image/jpeg').send(picture));
    app.get('/api/v1/incidents/:incident/snapshot/:camera.jpg', (_request, response) => void response.type('image/jpeg').send(picture));
    app.use(express.static(page));
    return app;
  }

  #serve(socket: WebSocket, url: string): void {
    socket.on('error', () => undefined);
    if (url.startsWith('/video')) {
      const camera = /^\/video\/(.+)$/.exec(url)?.[1];
      socket.once('message', (data) => {
        const play = playSchema.parse(JSON.parse(textOf(data)));
        void this.#play(socket, camera ?? play.camera ?? '', play);
      });
      return;
    }
    this.#consoles.add(socket);
    socket.on('close', () => this.#consoles.delete(socket));
    socket.on('message', (data) => this.#handle(socket, fromConsole.parse(JSON.parse(textOf(data)))));
    send(socket, hello(this.#epoch, Date.now(), this.protocol));
  }

  #handle(socket: WebSocket, message: FromConsole): void {
    this.received.push(message);
    if (message.type === 'resume') {
      const upToDate = message.epoch === this.#epoch && message.revision === this.state.revision;
      if (!upToDate) send(socket, this.state);
      return;
    }
    if (message.type === 'act' && this.refusal !== undefined) {
      send(socket, { type: 'answer', request: message.request, ok: false, ...this.refusal });
      this.refusal = undefined;
      return;
    }
    if (message.type === 'act') this.#act(message);
    send(socket, { type: 'answer', request: message.request, ok: true });
  }

  #act({ incident: id, act }: Extract<FromConsole, { type: 'act' }>): void {
    const incident = this.state.incidents.find((each) => each.id === id)!;
    const at = Date.now();
    const next: SentIncident = {
      ...incident,
      state: stateAfter[act.action] ?? incident.state,
      revision: incident.revision + 1,
      owner: 'dana',
      log: [...incident.log, { at, by: 'dana', what: act.action, ...('note' in act ? { note: act.note } : {}) }],
      ...(act.action === 'close' ? { disposition: act.disposition, closedAt: at } : {}),
    };
    this.publish({
      incidents: [next],
      log: [{ id: this.state.log.length + 1, at, by: 'dana', text: `${act.action}: ${incident.title}`, incident: id }],
    });
  }

  async #play(socket: WebSocket, name: string, play: ReturnType<typeof playSchema.parse>): Promise<void> {
    const camera = this.#camera;
    if (play.mode === 'past' && this.forgetful) {
      sendVideo(socket, { type: 'end', reason: 'Nothing of that time is kept' });
      return;
    }
    if (play.mode === 'past') {
      this.#introduce(socket);
      socket.send(camera.fragments(camera.keyFrame(camera.frameAt(play.from)), camera.frameAt(Math.min(play.to, Date.now()))));
      sendVideo(socket, { type: 'end' });
      return;
    }
    this.played.push({ ...play, camera: name });
    const tile = { camera: name, socket };
    this.#tiles.add(tile);
    let stream: StreamKind | undefined;
    let wanted = play.stream ?? 'main';
    socket.on('message', (data) => (wanted = wishSchema.parse(JSON.parse(textOf(data))).stream));
    let sent = 0;
    while (socket.readyState === socket.OPEN) {
      const now = camera.frameAt(Date.now() - this.lateMs);
      if (stream === undefined || (play.convert !== true && stream !== wanted)) {
        stream = wanted;
        this.#introduce(socket, play, stream);
        sent = camera.keyFrame(now);
      }
      if (now > sent && !this.frozen.has(name)) {
        this.#send(socket, play, stream, sent, now);
        sent = now;
      }
      await pause(40);
    }
    this.#tiles.delete(tile);
  }

  #introduce(socket: WebSocket, live?: Extract<Play, { mode: 'live' }>, stream?: StreamKind): void {
    const { mime, epochAtZero, initialisation, configuration } = this.#camera;
    const converted = live?.convert === true;
    const told = { type: 'init', mime, width: 640, height: 360, epochAtZero } as const;
    if (live === undefined || stream === undefined || converted) sendVideo(socket, told);
    else {
      const units = live.format === 'units' && { configuration: configuration.toString('base64') };
      sendVideo(socket, { ...told, stream, ...units, ...(this.unknown.has(stream) && { mime: 'video/mp4; codecs="vvc1.1.L51"' }) });
    }
    if (live?.format !== 'units') socket.send(initialisation);
  }

  #send(socket: WebSocket, { format, convert }: Extract<Play, { mode: 'live' }>, stream: StreamKind, first: number, end: number): void {
    const damaged = convert !== true && this.damaged.has(stream);
    if (damaged) socket.send(Buffer.alloc(1_000, 0xff));
    else if (format === 'units') for (let frame = first; frame < end; frame += 1) socket.send(this.#camera.unit(frame));
    else socket.send(this.#camera.fragments(first, end));
  }

  #broadcast(message: ToConsole): void {
    for (const socket of this.#consoles) send(socket, message);
  }
}

function send(socket: WebSocket, message: ToConsole): void {
  socket.send(JSON.stringify(message));
}

function sendVideo(socket: WebSocket, message: FromVideo): void {
  socket.send(JSON.stringify(message));
}

function signedIn({ headers }: IncomingMessage): boolean {
  return headers.cookie?.includes(COOKIE) === true;
}

function textOf(data: WebSocket.RawData): string {
  return (data as Buffer).toString('utf8');
}

function merged<T>(known: readonly T[], news: readonly T[], key: (each: T) => string): T[] {
  return [...new Map([...known, ...news].map((each) => [key(each), each])).values()];
}
