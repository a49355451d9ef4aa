import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Adu, AduReader } from './adu.ts';
import { answer, exceptions } from './application.ts';
import type { Device } from './application.ts';
import { MbapReader, frame } from './mbap.ts';
import type { Quirks } from './quirks.ts';
import { RtuReader, rtuFrame } from './rtu.ts';

/** "Any unit" for a device that has its own IP address (Messaging Implementation Guide V1.0b, 3.1.3). */
const NO_UNIT = 0xff;

/** What is wrong with the answers of a unit, or of all of them: they do not come, are damaged, come in pieces, in half or late. */
export type AnswerFault = 'none' | 'stalled' | 'garbled' | 'in-bytes' | 'truncated' | 'late';

/** One unit on the line. */
export interface Unit {
  readonly number: number;
  readonly device: Device;
  fault: AnswerFault;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly framing: 'tcp' | 'rtu';
  readonly quirks: Quirks;
}

/** The side of the line that is a TCP port: sockets, units, and what can go wrong. */
export class ModbusServer {
  /** Of all units. */
  fault: AnswerFault = 'none';
  /** Nobody gets through. */
  isCut = false;
  lateByMs = 0;
  readonly #options: ServerOptions;
  readonly #units: readonly Unit[];
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #server: Server | undefined;

  constructor(options: ServerOptions, units: readonly Unit[]) {
    this.#options = options;
    this.#units = units;
  }

  /** The port that is listened on: the operating system's choice when the option is 0. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? this.#options.port;
  }

  /** @throws Error naming the address when it cannot be bound. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        reject(new Error(`cannot listen on ${host}:${port}: ${cause.code ?? cause.message}`, { cause }));
      });
      server.listen(port, host, resolve);
    });
    this.#server = server;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
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
    if (this.isCut) {
      socket.destroy();
      return;
    }
    const reader: AduReader = this.#options.framing === 'tcp' ? new MbapReader(this.#options.quirks) : new RtuReader();
    socket.on('data', (piece) => {
      try {
        for (const adu of reader.push(piece)) this.#reply(socket, adu);
      } catch {
        // Without a valid header the next ADU cannot be found: the guide has the server close (4.2.2).
        socket.destroy();
      }
    });
  }

  #reply(socket: Socket, request: Adu): void {
    const unit = this.#unitOf(request.unit);
    const fault = unit === undefined || unit.fault === 'none' ? this.fault : unit.fault;
    if (unit === undefined || fault === 'stalled') {
      if (this.#options.quirks.unknownUnit === 'exception') {
        socket.write(this.#frame({ ...request, pdu: Buffer.from([(request.pdu[0] ?? 0) | 0x80, exceptions.gatewayTargetSilent]) }));
      }
      return;
    }
    const reply = this.#frame({ ...request, pdu: answer(request.pdu, unit.device) });
    this.#send(socket, reply, fault);
  }

  #unitOf(number: number): Unit | undefined {
    const found = this.#units.find((unit) => unit.number === number);
    const isAnyone = this.#options.quirks.unknownUnit === 'answered' || (number === NO_UNIT && this.#options.framing === 'tcp');
    return found ?? (isAnyone ? this.#units[0] : undefined);
  }

  #frame(adu: Adu): Buffer {
    return this.#options.framing === 'tcp' ? frame(adu) : rtuFrame(adu);
  }

  #send(socket: Socket, reply: Buffer, fault: Exclude<AnswerFault, 'stalled'>): void {
    switch (fault) {
      case 'garbled':
        socket.write(garble(reply, this.#options.framing));
        return;
      case 'truncated':
        socket.write(reply.subarray(0, Math.floor(reply.length / 2)));
        return;
      case 'in-bytes':
        void dribble(socket, reply);
        return;
      case 'late':
        this.#sendLater(socket, reply);
        return;
      case 'none':
        socket.write(reply);
    }
  }

  #sendLater(socket: Socket, reply: Buffer): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!socket.destroyed) socket.write(reply);
    }, this.lateByMs);
    this.#timers.add(timer);
  }
}

/** On TCP the header is of the right form and what it says is not; on a serial line the CRC does not fit. */
function garble(reply: Buffer, framing: 'tcp' | 'rtu'): Buffer {
  const damaged = Buffer.from(reply.map((byte) => byte ^ 0x5a));
  reply.copy(damaged, 0, 0, framing === 'tcp' ? 6 : 2);
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
