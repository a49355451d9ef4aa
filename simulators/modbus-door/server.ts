import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { answer } from './application.ts';
import type { RegisterMap } from './application.ts';
import { AduReader, frame } from './mbap.ts';
import type { Adu } from './mbap.ts';

/** "Any unit" for a device that has its own IP address (Messaging Implementation Guide V1.0b, 3.1.3). */
const NO_UNIT = 0xff;

/** What is wrong with the line: nothing answers, answers are damaged or cut in pieces, or nobody gets through. */
export type LineFault = 'none' | 'stalled' | 'garbled' | 'in-bytes' | 'cut';

/** The Modbus TCP side of a controller: sockets, units, and what can go wrong with the line. */
export class ModbusServer {
  fault: LineFault = 'none';
  readonly #host: string;
  readonly #port: number;
  readonly #unit: number;
  readonly #map: RegisterMap;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(host: string, port: number, unit: number, map: RegisterMap) {
    this.#host = host;
    this.#port = port;
    this.#unit = unit;
    this.#map = map;
  }

  /** The port that is listened on: the operating system's choice when the option is 0. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? this.#port;
  }

  /** @throws Error naming the address when it cannot be bound. */
  async start(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        reject(new Error(`cannot listen on ${this.#host}:${this.#port}: ${cause.code ?? cause.message}`, { cause }));
      });
      server.listen(this.#port, this.#host, resolve);
    });
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.hangUp();
    await closed;
  }

  /** Ends every connection in an orderly way (FIN). */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection off (RST). */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that breaks off is no concern of the device: `close` follows.
    socket.on('error', () => undefined);
    if (this.fault === 'cut') {
      socket.destroy();
      return;
    }
    const reader = new AduReader();
    socket.on('data', (piece) => {
      try {
        for (const adu of reader.push(piece)) this.#reply(socket, adu);
      } catch {
        // Without a valid header the next ADU cannot be found: the guide has the server close (4.2.2).
        socket.destroy();
      }
    });
  }

  /** Another unit's request gets no reply at all, as behind a serial line. */
  #reply(socket: Socket, request: Adu): void {
    if (request.unit !== this.#unit && request.unit !== NO_UNIT) return;
    if (this.fault === 'stalled') return;
    const reply = frame({ ...request, pdu: answer(request.pdu, this.#map) });
    if (this.fault === 'garbled') socket.write(garble(reply));
    else if (this.fault === 'in-bytes') void dribble(socket, reply);
    else socket.write(reply);
  }
}

/** The header is of the right form, what it says is not. */
function garble(reply: Buffer): Buffer {
  const damaged = Buffer.from(reply.map((byte) => byte ^ 0x5a));
  reply.copy(damaged, 0, 0, 6);
  return damaged;
}

/** One byte a segment. */
async function dribble(socket: Socket, reply: Buffer): Promise<void> {
  for (const byte of reply) {
    if (socket.destroyed) return;
    socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
