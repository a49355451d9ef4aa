import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../src/domain/clock.ts';
import { LinkError, MalformedReply } from './errors.ts';
import { openSecurely } from './tls.ts';
import type { Trust } from './tls.ts';

// Why not the transport of the `onvif` package (0.8.3, lib/cam.js, _requestPart2): a reply that is cut in mid-body never calls back, its time-out
// counts idle time and not the request's, nothing aborts a request, a reply may be of any size, and an exception in its
// own call-backs (getActiveSources, a reply with a single service) ends the process.

/** More than any reply of a sane camera: hundreds of profiles or messages. */
export const MAX_REPLY_BYTES = 2 * 1024 * 1024;

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** Where it is asked over HTTPS: by what it proves that it is the one. */
  readonly tls?: Trust;
  /** The own address from which it is asked; the system's choice if absent. */
  readonly localAddress?: string;
}

export interface HttpReply<Body = string> {
  readonly status: number;
  /** Each WWW-Authenticate header on its own: joined by commas they could not be told apart. */
  readonly challenges: readonly string[];
  readonly body: Body;
}

interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Limits {
  readonly clock: Clock;
  /** For the whole request, from connecting to the last byte. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** The biggest reply that is read; MAX_REPLY_BYTES if absent. */
  readonly maxBytes?: number;
}

/** Sends one POST; reads and throws as `exchange` does. */
export async function post(target: Target, headers: Readonly<Record<string, string>>, body: string, limits: Limits): Promise<HttpReply> {
  const reply = await exchange(target, { method: 'POST', headers, body }, limits);
  return { ...reply, body: reply.body.toString('utf8') };
}

/**
 * Sends one request over a connection of its own and reads the whole reply; whatever the outcome, the socket is gone afterwards.
 * @throws LinkError when there is no complete reply in time, or the certificate is wrong; MalformedReply when it is too big; the signal's reason when aborted.
 */
export function exchange(target: Target, { method, headers, body = '' }: HttpRequest, limits: Limits): Promise<HttpReply<Buffer>> {
  const { clock, deadlineMs, signal, maxBytes = MAX_REPLY_BYTES } = limits;
  const where = `${target.host}:${target.port}`;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const open: (ClientRequest | TLSSocket)[] = [];
    const finish = (settle: () => void) => {
      cancelDeadline();
      signal?.removeEventListener('abort', aborted);
      for (const each of open) each.destroy();
      settle();
    };
    const fail = (error: Error) => {
      finish(() => {
        reject(error);
      });
    };
    const aborted = () => {
      fail(signal?.reason as Error);
    };

    const unreachable = (cause: Error) => {
      fail(new LinkError(`${where} cannot be reached (${cause.message})`, { cause }));
    };
    const read = (reply: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > maxBytes) fail(new MalformedReply(`the reply is bigger than ${maxBytes} bytes`, chunk.toString('latin1')));
      });
      reply.on('error', (cause) => {
        fail(new LinkError(`${where} cut its reply off after ${bytes} bytes`, { cause }));
      });
      reply.on('end', () => {
        finish(() => {
          resolve({
            status: reply.statusCode ?? 0,
            challenges: reply.headersDistinct['www-authenticate'] ?? [],
            body: Buffer.concat(chunks),
          });
        });
      });
    };
    const send = (secured?: TLSSocket) => {
      const sent = method === 'POST' ? { ...headers, 'Content-Length': Buffer.byteLength(body) } : headers;
      // A kept connection may be closed by the camera just as the next request goes out; a new one costs a round trip.
      const connection = secured === undefined ? { agent: false } : { createConnection: () => secured };
      const { host, port, path, localAddress } = target;
      const outgoing = request({ host, port, path, method, headers: sent, ...(localAddress !== undefined && { localAddress }), ...connection }, read);
      open.push(outgoing);
      outgoing.on('error', unreachable);
      outgoing.end(body);
    };
    const cancelDeadline = clock.after(deadlineMs, () => {
      fail(new LinkError(`${where} did not answer within ${deadlineMs} ms`));
    });
    signal?.addEventListener('abort', aborted, { once: true });
    const { tls } = target;
    if (tls === undefined) {
      send();
      return;
    }
    const socket = openSecurely({ ...target, tls }, () => send(socket), fail);
    open.push(socket);
    socket.on('error', unreachable);
  });
}
