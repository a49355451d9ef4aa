import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { basicAuthorization, basicChallenge } from './basic.ts';
import type { Certificate } from './certificate.ts';
import { garble } from './condition.ts';
import type { Condition } from './condition.ts';
import type { DigestGuard } from './digest.ts';
import type { AccessController } from './access-controller.ts';
import type { Quirks } from './quirks.ts';
import type { Recordings } from './recordings.ts';
import { accessControlService, doorControlService } from './soap/access-services.ts';
import { snapshotPath } from './soap/camera-facts.ts';
import type { CameraFacts, ServiceName } from './soap/camera-facts.ts';
import { deviceService } from './soap/device-service.ts';
import type { Relays } from './soap/device-service.ts';
import { envelope, faultEnvelope, faults, parseRequest, repeatNamespaces, SoapFault } from './soap/envelope.ts';
import type { SoapRequest } from './soap/envelope.ts';
import { eventActions, eventService, subscriptionPath, subscriptionService } from './soap/event-service.ts';
import { media2Service } from './soap/media2-service.ts';
import { mediaService } from './soap/media-service.ts';
import { recordingService, replayService, searchService } from './soap/recording-services.ts';
import { ptzService } from './soap/ptz-service.ts';
import type { PtzUnit } from './soap/ptz-unit.ts';
import type { Operations } from './soap/operations.ts';
import type { Subscriptions } from './soap/subscriptions.ts';
import type { UsernameTokenGuard } from './soap/wsse.ts';

const requestLimitBytes = 256 * 1024;

/** Asked before a client can know the time or the way to authenticate (ONVIF Core clause 5.9.4.3, access class PRE_AUTH). */
const beforeAuthentication = new Set(['GetSystemDateAndTime', 'GetServices', 'GetServiceCapabilities', 'GetCapabilities', 'GetHostname']);

export interface WebParts {
  readonly facts: CameraFacts;
  readonly condition: Condition;
  readonly subscriptions: Subscriptions;
  readonly digest: DigestGuard;
  readonly usernameToken: UsernameTokenGuard;
  readonly password: { readonly username: string; readonly password: string };
  readonly quirks: Quirks;
  readonly relays: Relays;
  readonly presets: readonly string[];
  readonly ptz: PtzUnit;
  readonly recordings: Recordings;
  readonly controller: AccessController | undefined;
  /** With one it serves over HTTPS. */
  readonly certificate: Certificate | undefined;
  /** The present picture as JPEG. */
  readonly snapshot: () => Promise<Buffer>;
}

/** The camera's web server: ONVIF services and the snapshot. */
export function webServer(parts: WebParts): Server {
  const { facts, subscriptions, quirks, condition } = parts;
  const events = { facts, subscriptions, quirks, dress: dressFor(quirks), awake: () => !condition.stalled };
  const services = new Map<string, Operations>([
    ['/onvif/device_service', deviceService(parts.facts, parts.relays)],
    ['/onvif/media_service', mediaService(parts.facts)],
  ]);
  const further: Readonly<Partial<Record<ServiceName, () => Operations | undefined>>> = {
    event: () => eventService(events),
    media2: () => media2Service(parts.facts),
    ptz: () => ptzService(parts.presets, parts.ptz),
    recording: () => recordingService(parts.recordings),
    search: () => searchService(parts.recordings),
    replay: () => replayService(parts.recordings, () => `rtsp://${facts.host}:${facts.replayPort()}`),
    doorcontrol: () => parts.controller && doorControlService(parts.controller),
    accesscontrol: () => parts.controller && accessControlService(parts.controller),
  };
  if (parts.facts.services.includes('event')) services.set(subscriptionPath, subscriptionService(events));
  for (const name of parts.facts.services) {
    const service = further[name]?.();
    if (service !== undefined) services.set(`/onvif/${name}_service`, service);
  }
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    // Whoever hung up does not wait for the answer.
    response.on('error', () => undefined);
    if (parts.condition.stalled) return;
    void answer(parts, services, request, response).catch(() => response.destroy());
  };
  const server = parts.certificate === undefined ? createServer(serve) : createSecureServer(parts.certificate, serve);
  // Longer than clients pause between two pulls: a connection must not close under a request that is on its way.
  server.keepAliveTimeout = 75_000;
  return server;
}

async function answer(parts: WebParts, services: ReadonlyMap<string, Operations>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (path === snapshotPath && request.method === 'GET') {
    await answerSnapshot(parts, request, response);
    return;
  }
  const subscription = path.startsWith(subscriptionPath) ? path.slice(subscriptionPath.length) : '';
  const service = services.get(subscription === '' ? path : subscriptionPath);
  if (parts.quirks.eventServiceHangsUp && (path === '/onvif/event_service' || subscription !== '')) {
    request.socket.destroy();
    return;
  }
  if (service === undefined) {
    response.writeHead(404).end();
    return;
  }
  if (request.method !== 'POST') {
    response.writeHead(405, { Allow: 'POST' }).end();
    return;
  }
  const text = await bodyOf(request);
  if (text === undefined) {
    response.writeHead(413, { Connection: 'close' }).end();
    return;
  }
  const hangUp = new AbortController();
  response.on('close', () => hangUp.abort());
  try {
    const call = parseRequest(text);
    authorise(parts, call, request);
    if (parts.quirks.pullsHangUp && call.operation === 'PullMessages') {
      request.socket.destroy();
      return;
    }
    const operation = service[call.operation];
    if (operation === undefined) throw faults.notSupported(call.operation);
    const body = await operation(call.body, { gone: hangUp.signal, subscription });
    const action = path.startsWith('/onvif/event') || subscription !== '' ? eventActions[call.operation] : undefined;
    const answered = dressFor(parts.quirks)(envelope(body, action, call.messageId));
    send(parts.condition, response, 200, answered, parts.condition.cutsReplies && call.operation === 'PullMessages');
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error;
    const status = parts.quirks.faultsWith200 ? 200 : error.status;
    if (status === 401) response.setHeader('WWW-Authenticate', challengeOf(parts));
    send(parts.condition, response, status, dressFor(parts.quirks)(faultEnvelope(error)), false);
  }
}

/**
 * Lets pass what needs no password and who proves to know it. Without any credentials the answer invites Digest by 401; a WS-UsernameToken that is
 * wrong is a fault with 400 (ONVIF Core clause 5.9.1).
 */
function authorise(parts: WebParts, call: SoapRequest, request: IncomingMessage): void {
  if (beforeAuthentication.has(call.operation)) return;
  const { condition, digest, usernameToken, quirks } = parts;
  const authorization = request.headers.authorization;
  if (quirks.basicOnly) {
    if (!condition.rejectsAuthentication && authorization === basicAuthorization(parts.password)) return;
    throw faults.notAuthorized(401);
  }
  if (!condition.rejectsAuthentication) {
    if (call.security !== undefined && usernameToken.accepts(call.security)) return;
    if (authorization !== undefined && digest.judge(authorization, request.method ?? '', request.url ?? '') === 'accepted') return;
  }
  throw faults.notAuthorized(quirks.notAuthorizedAs400 || (call.security !== undefined && authorization === undefined) ? 400 : 401);
}

function challengeOf({ quirks, digest }: WebParts, stale = false): string {
  return quirks.basicOnly ? basicChallenge : digest.challenge(stale);
}

/** How this camera writes its XML. */
function dressFor({ timesWithOffset, repeatsNamespaces }: Quirks): (text: string) => string {
  return (text) => {
    const timed = timesWithOffset ? text.replace(/(T\d\d:\d\d:\d\d(?:\.\d+)?)Z/g, '$1+00:00') : text;
    return repeatsNamespaces ? repeatNamespaces(timed) : timed;
  };
}

function send(condition: Condition, response: ServerResponse, status: number, text: string, cut: boolean): void {
  // It may have stalled while a client waited for messages.
  if (condition.stalled) return;
  const body = condition.garbled ? garble(Buffer.from(text)) : Buffer.from(text);
  response.writeHead(status, { 'Content-Type': 'application/soap+xml; charset=utf-8', 'Content-Length': body.length });
  if (!cut && condition.sendsSingleBytes) void dribble(response, body);
  else if (!cut) response.end(body);
  else response.write(body.subarray(0, body.length >> 1), () => response.destroy());
}

/** One byte a segment. */
async function dribble(response: ServerResponse, body: Buffer): Promise<void> {
  response.socket?.setNoDelay(true);
  for (const byte of body) {
    if (response.destroyed) return;
    response.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end();
}

async function answerSnapshot(parts: WebParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const authorization = request.headers.authorization;
  const byDigest = () => (authorization === undefined ? 'refused' : parts.digest.judge(authorization, 'GET', request.url ?? ''));
  const verdict = parts.quirks.basicOnly ? (authorization === basicAuthorization(parts.password) ? 'accepted' : 'refused') : byDigest();
  if (verdict !== 'accepted' || parts.condition.rejectsAuthentication) {
    response.writeHead(401, { 'WWW-Authenticate': challengeOf(parts, verdict === 'stale') }).end();
    return;
  }
  const picture = await parts.snapshot().catch(() => undefined);
  if (picture === undefined) response.writeHead(503).end();
  else response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': picture.length, 'Cache-Control': 'no-store' }).end(picture);
}

/** A request's body; undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > requestLimitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
