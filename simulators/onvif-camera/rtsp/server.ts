import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { basicAuthorization, basicChallenge } from '../basic.ts';
import { garble } from '../condition.ts';
import type { Condition } from '../condition.ts';
import type { DigestGuard } from '../digest.ts';
import type { PictureSource } from '../picture/source.ts';
import type { Quirks } from '../quirks.ts';
import { RtspReader, rtspResponse } from './message.ts';
import type { RtspRequest } from './message.ts';
import { audioControl, sessionDescription, trackControl } from './sdp.ts';
import { RtspSession } from './session.ts';
import { backlogLimitBytes, datagramTransport, interleavedTransport } from './transport.ts';
import type { MediaTransport } from './transport.ts';

const methods = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'GET_PARAMETER', 'SET_PARAMETER', 'TEARDOWN'];
const sessionLimit = 32;

export interface RtspParts {
  readonly name: string;
  readonly host: string;
  /** The stream's path, with the leading slash. */
  readonly path: string;
  readonly source: PictureSource;
  readonly condition: Condition;
  readonly digest: DigestGuard;
  readonly password: { readonly username: string; readonly password: string };
  /** How long a session lives without a request or an RTCP packet. */
  readonly sessionTimeoutSeconds: number;
  readonly quirks: Quirks;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What follows once the answer is on its way. */
  readonly afterwards?: () => void;
}

/** The camera's RTSP server (RFC 2326). A client's sessions end with its connection when the pictures go through it, else by their time-out. */
export class RtspServer {
  readonly server: Server;
  readonly #parts: RtspParts;
  readonly #methods: readonly string[];
  readonly #sessions = new Map<string, { readonly session: RtspSession; readonly socket: Socket; interleaved: boolean }>();
  #sweeper: NodeJS.Timeout | undefined;
  #pictures = 0;

  constructor(parts: RtspParts) {
    this.#parts = parts;
    this.#methods = parts.quirks.noParameterRequests ? methods.filter((method) => !method.endsWith('_PARAMETER')) : methods;
    this.server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  /** How many sessions stand. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** How many pictures it has sent, to all clients. */
  get pictures(): number {
    return this.#pictures;
  }

  /** Ends every session without a word. */
  endSessions(): void {
    for (const id of [...this.#sessions.keys()]) this.#end(id, false);
  }

  #serve(socket: Socket): void {
    const reader = new RtspReader();
    let turn = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      if (this.#parts.condition.stalled) return;
      try {
        const messages = reader.push(chunk);
        const requests = messages.filter((message) => message.kind === 'request');
        if (requests.length < messages.length) this.#touchAll(socket);
        const heard = this.#parts.quirks.answersOneRequestAtATime ? requests.slice(0, 1) : requests;
        for (const request of heard) turn = turn.then(() => this.#answer(request, socket));
      } catch {
        socket.end(rtspResponse(400, '0', { Connection: 'close' }));
      }
    });
    socket.on('close', () => {
      for (const [id, entry] of [...this.#sessions]) if (entry.socket === socket && entry.interleaved) this.#end(id, false);
    });
  }

  async #answer(request: RtspRequest, socket: Socket): Promise<void> {
    const cseq = request.headers['cseq'] ?? '0';
    const { status, headers, body, afterwards } = await this.#handle(request, socket).catch((): Answer => ({ status: 400 }));
    // Who asks and never reads is dropped like a slow viewer.
    if (socket.writableLength > backlogLimitBytes) socket.destroy();
    if (!socket.writable) return;
    const response = rtspResponse(status, cseq, headers, body);
    socket.write(this.#parts.condition.garbled ? garble(response) : response);
    afterwards?.();
  }

  async #handle(request: RtspRequest, socket: Socket): Promise<Answer> {
    if (request.method === 'OPTIONS') {
      this.#touchNamed(request);
      return { status: 200, headers: { Public: this.#methods.join(', ') } };
    }
    if (!this.#methods.includes(request.method)) return { status: 501, headers: { Public: this.#methods.join(', ') } };
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return refusal;
    const path = URL.canParse(request.uri) ? new URL(request.uri).pathname.replace(/\/$/, '') : '';
    const tracks = [trackControl, ...(this.#parts.quirks.audioFirst ? [audioControl] : [])].map((control) => `${this.#parts.path}/${control}`);
    if (path !== this.#parts.path && !tracks.includes(path)) return { status: 404 };
    if (request.method === 'DESCRIBE') return this.#describe(request);
    if (request.method === 'SETUP') return tracks.includes(path) ? await this.#setup(request, socket, path.endsWith(audioControl)) : { status: 459 };
    return this.#control(request);
  }

  #refusal(request: RtspRequest): Answer | undefined {
    const { authorization } = request.headers;
    if (this.#parts.quirks.basicOnly) {
      const isRight = authorization === basicAuthorization(this.#parts.password) && !this.#parts.condition.rejectsAuthentication;
      return isRight ? undefined : { status: 401, headers: { 'WWW-Authenticate': basicChallenge } };
    }
    const verdict = authorization === undefined ? 'refused' : this.#parts.digest.judge(authorization, request.method, request.uri);
    if (verdict === 'accepted' && !this.#parts.condition.rejectsAuthentication) return undefined;
    return { status: 401, headers: { 'WWW-Authenticate': this.#parts.digest.challenge(verdict === 'stale') } };
  }

  #describe(request: RtspRequest): Answer {
    const { name, host, source, quirks } = this.#parts;
    const base = request.uri.endsWith('/') ? request.uri : `${request.uri}/`;
    const { absoluteControls, audioFirst } = quirks;
    return {
      status: 200,
      headers: { ...(!absoluteControls && { 'Content-Base': base }), 'Content-Type': 'application/sdp' },
      body: sessionDescription({ name, host, sets: source.parameterSets, audioFirst, ...(absoluteControls && { base }) }),
    };
  }

  async #setup(request: RtspRequest, socket: Socket, isAudio: boolean): Promise<Answer> {
    const named = sessionIdOf(request);
    const existing = named === '' ? undefined : this.#sessions.get(named);
    if (named !== '' && existing === undefined) return { status: 454 };
    if (existing === undefined && this.#sessions.size >= sessionLimit) return { status: 453 };
    const { source, condition } = this.#parts;
    const session =
      existing?.session ??
      new RtspSession(
        source,
        condition,
        () => (this.#pictures += 1),
        () => socket.destroy(),
      );
    const chosen = await this.#transport(request.headers['transport'] ?? '', session, socket);
    if (chosen === undefined) return { status: 461 };
    if (isAudio) session.keepSilentOn(chosen.transport);
    else session.carryBy(chosen.transport);
    this.#sessions.set(session.id, { session, socket, interleaved: chosen.interleaved });
    this.#sweep();
    const timeout = this.#parts.quirks.sessionWithoutTimeout ? '' : `;timeout=${this.#parts.sessionTimeoutSeconds}`;
    return { status: 200, headers: { Session: session.id + timeout, Transport: chosen.transport.header } };
  }

  /** The first transport of the client's list that this camera can do (RFC 2326 clause 12.39). */
  async #transport(wishes: string, session: RtspSession, socket: Socket): Promise<{ transport: MediaTransport; interleaved: boolean } | undefined> {
    const { host, condition, quirks } = this.#parts;
    for (const wish of wishes.split(',').map((each) => each.trim())) {
      if (/;multicast/i.test(wish)) continue;
      const isTcp = /^RTP\/AVP\/TCP(;|$)/i.test(wish);
      if (quirks.rtpBy === (isTcp ? 'udp' : 'tcp')) continue;
      if (isTcp) {
        const channel = Number(/interleaved=(\d+)/i.exec(wish)?.[1] ?? 0);
        return { transport: interleavedTransport(socket, Math.min(channel, 254), session.ssrc, condition), interleaved: true };
      }
      const [, rtp, rtcp] = /client_port=(\d+)(?:-(\d+))?/i.exec(wish) ?? [];
      if (!/^RTP\/AVP(\/UDP)?;/i.test(wish) || rtp === undefined || socket.remoteAddress === undefined) continue;
      const client = { address: socket.remoteAddress, rtpPort: Number(rtp), rtcpPort: Number(rtcp ?? Number(rtp) + 1) };
      return { transport: await datagramTransport(host, client, session.ssrc, condition, () => session.touch()), interleaved: false };
    }
    return undefined;
  }

  #control(request: RtspRequest): Answer {
    const id = sessionIdOf(request);
    const session = this.#touchNamed(request);
    // A keep-alive may come before SETUP, without a session.
    if (id === '' && request.method.endsWith('_PARAMETER')) return { status: 200 };
    if (session === undefined) return { status: 454 };
    const headers = { Session: id };
    if (request.method === 'TEARDOWN') return { status: 200, headers, afterwards: () => this.#end(id, true) };
    if (request.method === 'PAUSE') session.pause();
    if (request.method !== 'PLAY') return { status: 200, headers };
    if (!session.ready) return { status: 455 };
    const base = request.uri.replace(/\/$/, '').replace(new RegExp(`/${trackControl}$`), '');
    const { sequence, timestamp } = session.play();
    const info = `url=${base}/${trackControl};seq=${sequence};rtptime=${timestamp}`;
    return { status: 200, headers: { ...headers, Range: 'npt=now-', 'RTP-Info': info } };
  }

  #touchNamed(request: RtspRequest): RtspSession | undefined {
    const session = this.#sessions.get(sessionIdOf(request))?.session;
    session?.touch();
    return session;
  }

  #touchAll(socket: Socket): void {
    for (const entry of this.#sessions.values()) if (entry.socket === socket) entry.session.touch();
  }

  #end(id: string, farewell: boolean): void {
    this.#sessions.get(id)?.session.end(farewell);
    this.#sessions.delete(id);
    if (this.#sessions.size === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    }
  }

  /** Ends sessions of which nothing was heard for longer than their time-out (RFC 2326 clause 12.37). */
  #sweep(): void {
    const limitMs = this.#parts.sessionTimeoutSeconds * 1000;
    this.#sweeper ??= setInterval(
      () => {
        for (const [id, { session, socket, interleaved }] of [...this.#sessions]) {
          if (performance.now() - session.lastSeenMs <= limitMs) continue;
          this.#end(id, true);
          if (interleaved) socket.end();
        }
      },
      Math.min(1000, limitMs / 4),
    );
  }
}

const sessionIdOf = (request: RtspRequest): string => (request.headers['session'] ?? '').split(';')[0]?.trim() ?? '';
