import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Condition } from '../condition.ts';
import type { DigestGuard } from '../digest.ts';
import type { Footage } from '../picture/footage.ts';
import { recordedPictures } from '../picture/recorded.ts';
import type { Recording, Recordings } from '../recordings.ts';
import { replayPath } from '../soap/recording-services.ts';
import { RtspReader, rtspResponse } from './message.ts';
import type { RtspRequest } from './message.ts';
import { ReplaySession } from './replay-session.ts';
import { sessionDescription, trackControl } from './sdp.ts';

const methods = 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN';

export interface ReplayParts {
  readonly host: string;
  readonly recordings: Recordings;
  readonly footage: Footage;
  readonly digest: DigestGuard;
  readonly condition: Condition;
}

/** One client: what it may say, and the session it has. */
interface Client {
  readonly socket: Socket;
  session?: ReplaySession;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly afterwards?: () => void;
}

/** The RTSP server for replay (ONVIF Streaming, 6), interleaved in TCP alone, which clients should use for replay (6.2). */
export function replayServer(parts: ReplayParts): Server {
  return createServer({ noDelay: true }, (socket) => {
    const reader = new RtspReader();
    const client: Client = { socket };
    socket.on('error', () => undefined);
    socket.on('close', () => client.session?.stop());
    socket.on('data', (chunk: Buffer) => {
      if (parts.condition.stalled) return;
      try {
        for (const message of reader.push(chunk)) {
          if (message.kind === 'interleaved') continue;
          const { status, headers, body, afterwards } = handle(parts, client, message);
          if (socket.writable) socket.write(rtspResponse(status, message.headers['cseq'] ?? '0', headers, body));
          afterwards?.();
        }
      } catch {
        socket.destroy();
      }
    });
  });
}

function handle(parts: ReplayParts, client: Client, request: RtspRequest): Answer {
  const { condition, digest, recordings } = parts;
  if (request.method === 'OPTIONS') return { status: 200, headers: { Public: methods } };
  if (!methods.split(', ').includes(request.method)) return { status: 501 };
  const { authorization } = request.headers;
  const verdict = authorization === undefined ? 'refused' : digest.judge(authorization, request.method, request.uri);
  if (verdict !== 'accepted' || condition.rejectsAuthentication) {
    return { status: 401, headers: { 'WWW-Authenticate': digest.challenge(verdict === 'stale') } };
  }
  const path = URL.canParse(request.uri) ? new URL(request.uri).pathname.replace(/\/$/, '') : '';
  const recording = recordings.all.find(({ token }) => path === replayPath(token) || path === `${replayPath(token)}/${trackControl}`);
  if (recording === undefined) return { status: 404 };
  if (request.method === 'DESCRIBE') return describe(parts, recording, request);
  if (request.method === 'SETUP') return setUp(parts, recording, client, request);
  return control(client, recording, request);
}

function describe({ footage, host }: ReplayParts, recording: Recording, request: RtspRequest): Answer {
  const base = request.uri.endsWith('/') ? request.uri : `${request.uri}/`;
  const body = sessionDescription({ name: recording.source, host, sets: footage.stream })
    .replace('a=range:npt=now-', `a=range:clock=${clockTime(recording.earliest)}-${clockTime(recording.latest)}`)
    // 6.1: which track of the recording it is.
    .replace(`a=control:${trackControl}`, `a=x-onvif-track:VIDEO001\r\na=control:${trackControl}`);
  return { status: 200, headers: { 'Content-Base': base, 'Content-Type': 'application/sdp' }, body };
}

function setUp({ footage }: ReplayParts, recording: Recording, client: Client, request: RtspRequest): Answer {
  const transport = request.headers['transport'] ?? '';
  if (!/^RTP\/AVP\/TCP(;|$)/i.test(transport)) return { status: 461 };
  const channel = Math.min(Number(/interleaved=(\d+)/i.exec(transport)?.[1] ?? 0), 254);
  const pictures = (from: number, to: number) => recordedPictures(footage, recording.source, from, to, (at) => recording.has(at));
  client.session?.stop();
  client.session = new ReplaySession({ socket: client.socket, channel, pictures });
  const headers = { Session: `${client.session.id};timeout=60`, Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}` };
  return { status: 200, headers };
}

function control({ session }: Client, recording: Recording, request: RtspRequest): Answer {
  if (session === undefined || (request.headers['session'] ?? '').split(';')[0] !== session.id) return { status: 454 };
  const headers = { Session: session.id };
  if (request.method === 'PAUSE' || request.method === 'TEARDOWN') session.stop();
  if (request.method !== 'PLAY') return { status: 200, headers };
  // 6.4: a client says what it expects of the server.
  if (!/onvif-replay/.test(request.headers['require'] ?? '')) return { status: 400 };
  const [, first = '', last = ''] = /^clock=([\dTZ.]+)-([\dTZ.]*)/i.exec(request.headers['range'] ?? '') ?? [];
  const from = parseClockTime(first) ?? recording.earliest;
  const to = Math.min(parseClockTime(last) ?? Infinity, recording.latest);
  if (from > recording.latest) return { status: 457 };
  const rateControl = request.headers['rate-control']?.toLowerCase() !== 'no';
  const cseq = Number(request.headers['cseq'] ?? 0);
  const afterwards = () => session.play(Math.max(from, recording.earliest), to, cseq, rateControl);
  return { status: 200, headers: { ...headers, Range: `clock=${clockTime(from)}-${clockTime(to)}` }, afterwards };
}

/** RFC 2326, 3.7: 20260115T120000.250Z. */
function clockTime(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]/g, '');
}

function parseClockTime(text: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d+)?)Z$/.exec(text);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute) + (second ?? NaN) * 1000;
}
