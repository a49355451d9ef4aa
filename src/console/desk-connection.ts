import { z } from 'zod';
import type { FromConsole, IncidentAction, MeasureRequest, PtzOrder, ToConsole } from '../desk/protocol.ts';
import { PROTOCOL_VERSION, toConsole } from '../desk/protocol.ts';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { DoorCommand } from '../domain/door.ts';
import type { Incident } from '../domain/incident.ts';
import type { DeskView } from './store.ts';
import { emptyView, reduce } from './store.ts';

/** The line to the gateway. `since` and `retryAt` are by this machine's clock. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: EpochMs; readonly retryAt: EpochMs; readonly attempt: number }
  | { readonly state: 'outdated' }
  | { readonly state: 'signed-out' };

/** What became of a request; `message` is a sentence for the dispatcher. */
export type Answer = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

/** The part of a WebSocket that the connection needs, so that a test can be the other end. */
export interface Socket {
  send(text: string): void;
  close(): void;
}
export interface SocketHandlers {
  readonly message: (text: string) => void;
  readonly closed: () => void;
}
export type SessionState = 'valid' | 'signed-out' | 'unreachable';

export interface ConnectionOptions {
  readonly openSocket: (handlers: SocketHandlers) => Socket;
  readonly clock: Clock;
  /** Asks the gateway whether the session still holds; a browser does not say why a WebSocket was refused. */
  readonly sessionState: () => Promise<SessionState>;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
/** A cut cable closes no socket: without this probe a dead desk would look like a quiet one. */
const PROBE_MS = 15_000;
const PROBE_DEADLINE_MS = 5_000;
const ANSWER_DEADLINE_MS = 15_000;

const anyHello = z.object({ type: z.literal('hello'), protocol: z.number() });
const noAnswer: Answer = {
  ok: false,
  code: 'no-answer',
  message: 'The gateway did not answer. Look at the incident before you try again: it may have been done.',
};
const notConnected: Answer = { ok: false, code: 'not-connected', message: 'There is no connection to the gateway: nothing was sent.' };

/** Keeps a view of the desk up to date over a connection that may break, and carries the dispatcher's actions. */
export class DeskConnection {
  readonly #options: ConnectionOptions;
  readonly #listeners = new Set<() => void>();
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #view: DeskView = emptyView;
  #link: Link = { state: 'connecting' };
  #socket: Socket | undefined;
  #cancelTimer: () => void = () => undefined;
  #attempt = 0;
  #request = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get view(): DeskView {
    return this.#view;
  }

  get link(): Link {
    return this.#link;
  }

  /** Calls `listener` after each change; the returned function ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens the line. Also what "Try now" does. */
  connect(): void {
    this.#release();
    const socket: Socket = this.#options.openSocket({
      message: (text) => {
        if (this.#socket === socket) this.#received(text);
      },
      closed: () => {
        if (this.#socket === socket) this.#lost();
      },
    });
    this.#socket = socket;
    this.#cancelTimer = this.#options.clock.after(LAST_RETRY_MS, () => this.#lost());
  }

  /** Ends the connection for good; nobody is called any more. */
  close(): void {
    this.#listeners.clear();
    this.#release();
  }

  act(incident: Incident, act: IncidentAction): Promise<Answer> {
    return this.#ask((request) => ({ type: 'act', request, incident: incident.id, revision: incident.revision, act }));
  }

  commandDoor(door: string, command: DoorCommand, incident?: string): Promise<Answer> {
    return this.#ask((request) => ({ type: 'door', request, door, command, ...(incident === undefined ? {} : { incident }) }));
  }

  /** Moves a camera; an order to move is said again while the key is down. */
  steer(camera: string, order: PtzOrder, incident: string): Promise<Answer> {
    return this.#ask((request) => ({ type: 'ptz', request, camera, order, incident }));
  }

  /** Shelves, takes out of service or puts on test. */
  begin(measure: MeasureRequest): Promise<Answer> {
    return this.#ask((request) => ({ type: 'measure', request, measure }));
  }

  end(measure: string): Promise<Answer> {
    return this.#ask((request) => ({ type: 'end-measure', request, measure }));
  }

  /** Sets a threat level; the doors' outcomes come as changes. */
  setThreat(threat: { readonly level: string; readonly scope: string; readonly note: string }): Promise<Answer> {
    return this.#ask((request) => ({ type: 'threat', request, ...threat }));
  }

  /** Lifts the threat level of a scope, or every one. */
  liftThreat(scope?: string): Promise<Answer> {
    return this.#ask((request) => ({ type: 'lift-threat', request, ...(scope === undefined ? {} : { scope }) }));
  }

  /** Commands again the doors of threat levels that are not as they should be. */
  retryThreat(): Promise<Answer> {
    return this.#ask((request) => ({ type: 'retry-threat', request }));
  }

  startScenario(name: string): Promise<Answer> {
    return this.#ask((request) => ({ type: 'scenario', request, name }));
  }

  #ask(message: (request: number) => FromConsole): Promise<Answer> {
    const socket = this.#socket;
    if (socket === undefined || this.#link.state !== 'live') return Promise.resolve(notConnected);
    const request = ++this.#request;
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ANSWER_DEADLINE_MS, () => this.#answered(request, noAnswer));
      this.#pending.set(request, (answer) => {
        cancel();
        resolve(answer);
      });
      socket.send(JSON.stringify(message(request)));
    });
  }

  #answered(request: number, answer: Answer): void {
    this.#pending.get(request)?.(answer);
    this.#pending.delete(request);
  }

  #received(text: string): void {
    const json = parsed(text);
    const hello = anyHello.safeParse(json);
    if (hello.success && hello.data.protocol !== PROTOCOL_VERSION) {
      this.#ended({ state: 'outdated' });
      return;
    }
    const message = toConsole.safeParse(json);
    if (!message.success) {
      console.error('The gateway sent a message that this console does not understand:', z.prettifyError(message.error));
      // Something is missing from the view now: take everything anew.
      this.#view = { ...this.#view, synced: undefined };
      this.#lost(LAST_RETRY_MS);
      return;
    }
    this.#apply(message.data);
  }

  #apply(message: ToConsole): void {
    if (message.type === 'answer') {
      this.#answered(message.request, message.ok ? { ok: true } : { ok: false, code: message.code, message: message.message });
      return;
    }
    this.#view = reduce(this.#view, message, this.#options.clock.now());
    if (message.type === 'hello') this.#resume(message.epoch);
    // After a hello of the same epoch the screen is right but for what the coming changes say.
    if (message.type !== 'hello' || this.#view.synced?.epoch === message.epoch) this.#live();
    this.#changed();
  }

  #resume(epoch: string): void {
    const { synced } = this.#view;
    this.#send(synced?.epoch === epoch ? { type: 'resume', ...synced } : { type: 'resume' });
  }

  #send(message: FromConsole): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #live(): void {
    if (this.#link.state === 'live') return;
    this.#link = { state: 'live' };
    this.#attempt = 0;
    this.#cancelTimer();
    this.#scheduleProbe();
  }

  #scheduleProbe(): void {
    this.#cancelTimer = this.#options.clock.after(PROBE_MS, () => {
      const socket = this.#socket;
      this.#cancelTimer = this.#options.clock.after(PROBE_DEADLINE_MS, () => this.#lost());
      void this.#options.sessionState().then((session) => {
        if (this.#socket !== socket || socket === undefined) return;
        this.#cancelTimer();
        if (session === 'signed-out') this.#ended({ state: 'signed-out' });
        else if (session === 'unreachable') this.#lost();
        else this.#scheduleProbe();
      });
    });
  }

  #lost(minimumMs = FIRST_RETRY_MS): void {
    this.#release();
    const { clock, sessionState } = this.#options;
    const delayMs = Math.min(LAST_RETRY_MS, Math.max(minimumMs, FIRST_RETRY_MS * 2 ** this.#attempt));
    this.#attempt += 1;
    const since = this.#link.state === 'lost' ? this.#link.since : clock.now();
    this.#link = { state: 'lost', since, retryAt: clock.now() + delayMs, attempt: this.#attempt };
    this.#cancelTimer = clock.after(delayMs, () => this.connect());
    void sessionState().then((session) => {
      if (session === 'signed-out' && this.#link.state === 'lost') this.#ended({ state: 'signed-out' });
    });
    this.#changed();
  }

  /** Trying again cannot help. */
  #ended(link: Link): void {
    this.#release();
    this.#link = link;
    this.#changed();
  }

  #release(): void {
    this.#cancelTimer();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    for (const request of [...this.#pending.keys()]) this.#answered(request, noAnswer);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
