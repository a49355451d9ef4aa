import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import type { Principal } from '../access/accounts.ts';
import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { Desk } from './desk.ts';
import { withTickets } from './incident-tickets.ts';
import { Refusal } from './operations.ts';
import type { Operations } from './operations.ts';
import { fromConsole, PROTOCOL_VERSION } from './protocol.ts';
import type { DeskChanges, DeskState, FromConsole, ToConsole } from './protocol.ts';
import type { SiteView } from './schemas.ts';
import type { ThreatLevels } from './threat-levels.ts';
import { admitToVideo } from './video-admission.ts';
import type { VideoAdmissionOptions } from './video-admission.ts';

const LONGEST_MESSAGE_BYTES = 64 * 1024;
/** Above this the console is behind: it gets the latest of everything when it has caught up, never a growing queue. */
const BEHIND_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
const SESSION_ENDED = 4401;

export interface DeskServerOptions extends VideoAdmissionOptions {
  readonly desk: Desk;
  readonly site: () => SiteView;
  /** The names of every account. */
  readonly colleagues: () => string[];
  readonly operations: Operations;
  readonly threats: ThreatLevels;
  readonly log: Logger;
}

/** The WebSocket side of the gateway: /desk for consoles, /video/CAMERA for their tiles, /video for a tile whose camera is not known yet. */
export class DeskServer {
  readonly #options: DeskServerOptions;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: LONGEST_MESSAGE_BYTES, perMessageDeflate: false });
  readonly #cancelHeartbeat: () => void;

  constructor(options: DeskServerOptions) {
    this.#options = options;
    this.#cancelHeartbeat = every(options.clock, HEARTBEAT_MS, () => {
      for (const socket of this.#sockets.clients as Set<Heartbeat>) {
        if (socket.silent === true) socket.terminate();
        // Who signed out, or was taken away the account or token, sees nothing more.
        else if (socket.signedIn?.() === false) socket.close(SESSION_ENDED, 'session ended');
        socket.silent = true;
        socket.ping();
      }
    });
  }

  /** For the HTTP server's `upgrade` event. Refuses who is not signed in, and pages of another origin. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const route = routeOf(request.url ?? '');
    const principal = this.#options.authenticate(request);
    if (route === undefined) return refuse(socket, 404, 'Not Found');
    if (!sameOrigin(request)) return refuse(socket, 403, 'Forbidden');
    if (principal === undefined) return refuse(socket, 401, 'Unauthorized');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', (error) => this.#options.log.debug({ err: error }, 'console socket'));
      webSocket.on('pong', () => ((webSocket as Heartbeat).silent = false));
      (webSocket as Heartbeat).signedIn = () => this.#options.authenticate(request) !== undefined;
      if (route.serves === 'video') admitToVideo(webSocket, request, route.camera, this.#options);
      else this.#serveConsole(webSocket, request, principal);
    });
  }

  async close(): Promise<void> {
    this.#cancelHeartbeat();
    for (const socket of this.#sockets.clients) socket.terminate();
    await new Promise((closed) => this.#sockets.close(closed));
  }

  #serveConsole(socket: WebSocket, request: IncomingMessage, principal: Principal): void {
    const { desk, site, colleagues, clock, log } = this.#options;
    const send = (message: ToConsole) => socket.send(JSON.stringify(message));
    const session = this.#options.sessionKey(request);
    const issue = (camera: PointId) => this.#options.tickets.issue({ purpose: 'video', camera, user: principal.name, session }).ticket;
    const feed = new ConsoleFeed(socket, desk, issue);
    send({ type: 'hello', protocol: PROTOCOL_VERSION, epoch: desk.epoch, now: clock.now(), user: principal, colleagues: colleagues(), site: site() });
    socket.on('close', () => feed.end());
    socket.on('message', (data, isBinary) => {
      const message = isBinary ? undefined : parse(data);
      if (message === undefined) {
        log.warn({ user: principal.name }, 'a console sent a message that is not of the protocol');
        return socket.close(1008, 'message not understood');
      }
      if (message.type === 'resume') return feed.begin(message.epoch, message.revision);
      const current = this.#options.authenticate(request);
      if (current === undefined) return socket.close(SESSION_ENDED, 'session ended');
      void this.#answer(message, current).then(send);
    });
  }

  async #answer(message: Exclude<FromConsole, { type: 'resume' }>, by: Principal): Promise<ToConsole> {
    const { operations, threats, log } = this.#options;
    const { request } = message;
    try {
      if (message.type === 'act') operations.act(message.incident, message.revision, message.act, by);
      else if (message.type === 'measure') operations.begin(message.measure, by);
      else if (message.type === 'end-measure') operations.end(message.measure, by);
      else if (message.type === 'threat') threats.set(message, by);
      else if (message.type === 'lift-threat') threats.lift(message.scope, by);
      else if (message.type === 'retry-threat') threats.retry(by);
      else if (message.type === 'door') await operations.commandDoor(message.door, message.command, by, message.incident);
      else if (message.type === 'ptz') await operations.steer(message.camera, message.order, by, message.incident);
      else await operations.startScenario(message.name, by);
      return { type: 'answer', request, ok: true };
    } catch (error) {
      if (error instanceof Refusal) return { type: 'answer', request, ok: false, code: error.code, message: error.message };
      log.error({ err: error }, 'a request from a console failed');
      return { type: 'answer', request, ok: false, code: 'failed', message: 'Sallyport could not do that: an internal error was logged' };
    }
  }
}

/** Sends one console the state, then the changes; skips changes while it is behind, and sends the latest of what they changed when it has caught up. */
class ConsoleFeed {
  readonly #socket: WebSocket;
  readonly #desk: Desk;
  /** Gives a ticket for a tile of a camera. */
  readonly #issue: (camera: PointId) => string;
  #unsubscribe: (() => void) | undefined;
  #behind = false;
  /** The latest that was sent. */
  #revision = 0;

  constructor(socket: WebSocket, desk: Desk, issue: (camera: PointId) => string) {
    this.#socket = socket;
    this.#desk = desk;
    this.#issue = issue;
  }

  begin(epoch: string | undefined, revision: number | undefined): void {
    this.end();
    for (const message of this.#desk.since(epoch, revision)) this.#send(message);
    this.#unsubscribe = this.#desk.subscribe((changes) => this.#change(changes));
  }

  end(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #change(changes: DeskChanges): void {
    if (this.#behind) return;
    if (this.#socket.bufferedAmount > BEHIND_BYTES) this.#behind = true;
    else this.#send(changes);
  }

  #send(message: DeskState | DeskChanges): void {
    this.#revision = message.revision;
    this.#socket.send(JSON.stringify(message.type === 'changes' ? withTickets(message, this.#issue) : message), () => {
      if (!this.#behind || this.#socket.bufferedAmount > BEHIND_BYTES / 2) return;
      this.#behind = false;
      this.#send(this.#desk.latestSince(this.#revision));
    });
  }
}

type Heartbeat = WebSocket & { silent?: boolean; signedIn?: () => boolean };

function parse(data: RawData): FromConsole | undefined {
  try {
    return fromConsole.parse(JSON.parse((data as Buffer).toString('utf8')));
  } catch {
    return undefined;
  }
}

type Route = { readonly serves: 'console' } | { readonly serves: 'video'; readonly camera: PointId | undefined };

function routeOf(url: string): Route | undefined {
  const path = url.split('?', 1)[0] ?? '';
  if (path === '/desk') return { serves: 'console' };
  const [video, camera] = /^\/video(?:\/([a-z0-9-]+))?$/.exec(path) ?? [];
  return video === undefined ? undefined : { serves: 'video', camera };
}

/** A browser tells which page opens the socket; a page of another site must not use this user's cookie. Programs send no origin. */
function sameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

function refuse(socket: Duplex, status: number, text: string): void {
  // Nobody reads from it any more, so it would not even notice that the other side has hung up.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function every(clock: Clock, periodMs: number, action: () => void): () => void {
  let cancel = clock.after(periodMs, again);
  function again(): void {
    cancel = clock.after(periodMs, again);
    action();
  }
  return () => cancel();
}
