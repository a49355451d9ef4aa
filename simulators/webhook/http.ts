import { createConnection } from 'node:net';
import type { Socket } from 'node:net';

// HTTP/1.1 by hand (RFC 9112), so that requests can be sent that no library sends.

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** What goes wrong on the way: the request is cut after its first half, left there, or reset there; or sent byte by byte. */
export type Delivery = 'whole' | 'byte-at-a-time' | 'truncate' | 'stall' | 'reset';

/** The bytes of a POST with its body, whole or in two chunks (RFC 9112, 7.1); the connection ends with the answer (9.6). */
export function postRequest({ host, port, path }: Target, headers: Readonly<Record<string, string>>, body: Buffer, isChunked = false): Buffer {
  const half = body.length >> 1;
  const chunks = [body.subarray(0, half), body.subarray(half)].map((chunk) =>
    Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
  );
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Connection: close',
    isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), ...(isChunked ? [...chunks, Buffer.from('0\r\n\r\n')] : [body])]);
}

/** Sends a request on a connection of its own. Resolves to the status of the answer, or undefined when there is none. */
export function exchange(
  { host, port }: Target,
  request: Buffer,
  delivery: Delivery,
  timeoutMs: number,
  opened: (socket: Socket) => void,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, noDelay: true });
    opened(socket);
    const received: Buffer[] = [];
    socket.setTimeout(timeoutMs, () => void socket.destroy());
    socket.on('connect', () => transmit(socket, request, delivery));
    socket.on('data', (bytes: Buffer) => received.push(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(statusOf(Buffer.concat(received))));
  });
}

function transmit(socket: Socket, request: Buffer, delivery: Delivery): void {
  const half = request.subarray(0, request.length >> 1);
  if (delivery === 'truncate') socket.end(half);
  else if (delivery === 'stall') socket.write(half);
  else if (delivery === 'reset') socket.write(half, () => socket.resetAndDestroy());
  else if (delivery === 'byte-at-a-time') for (const byte of request) socket.write(Buffer.from([byte]));
  else socket.write(request);
}

/** RFC 9112, 4: `HTTP/1.1 200 OK`. */
function statusOf(answer: Buffer): number | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer.toString('latin1'))?.[1];
  return status === undefined ? undefined : Number(status);
}
