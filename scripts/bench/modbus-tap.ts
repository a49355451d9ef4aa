import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

const READ_DISCRETE_INPUTS = 2;
const FORCED_INPUT = 3;

/** Stands between the gateway and a door controller, passes every byte on, and takes the time of the frame that tells that door 1 is forced. */
export class ModbusTap {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #forced = false;
  #waiting: ((at: number) => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(port: number, controllerPort: number): Promise<ModbusTap> {
    const server = createServer();
    const tap = new ModbusTap(server);
    server.on('connection', (gateway) => tap.#join(gateway, connect(controllerPort, '127.0.0.1')));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return tap;
  }

  /** When the next frame that tells of the forced door passes: milliseconds since 1970. */
  nextForced(): Promise<number> {
    return new Promise((seen) => (this.#waiting = seen));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #join(gateway: Socket, controller: Socket): void {
    const starts = new Map<number, number>();
    for (const [from, to] of [
      [gateway, controller],
      [controller, gateway],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (data) => {
        const at = performance.timeOrigin + performance.now();
        if (from === gateway) remember(data, starts);
        else this.#look(data, starts, at);
        to.write(data);
      });
    }
  }

  /** Requests and replies are one segment each here: one request is in flight at a time. */
  #look(reply: Buffer, starts: ReadonlyMap<number, number>, at: number): void {
    if (reply.length < 10 || reply[7] !== READ_DISCRETE_INPUTS) return;
    const index = FORCED_INPUT - (starts.get(reply.readUInt16BE(0)) ?? Number.POSITIVE_INFINITY);
    if (index < 0) return;
    const forced = ((reply[9 + (index >> 3)] ?? 0) & (1 << (index & 7))) !== 0;
    if (forced && !this.#forced) this.#waiting?.(at);
    this.#forced = forced;
  }
}

/** Which input a request's reply starts with, by its transaction (MODBUS Messaging on TCP/IP, 3.1.3). */
function remember(request: Buffer, starts: Map<number, number>): void {
  if (request.length >= 12 && request[7] === READ_DISCRETE_INPUTS) starts.set(request.readUInt16BE(0), request.readUInt16BE(8));
}
