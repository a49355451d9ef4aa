import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { freePorts } from '../../test/support/free-ports.ts';
import { labFiles } from '../../test/support/lab.ts';
import type { LabFiles } from '../../test/support/lab.ts';

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

/** A lab with a tap before the controller of the door; `change` may alter its site. */
export async function tappedLab(
  change: (site: Record<string, unknown>) => void = () => undefined,
): Promise<{ readonly files: LabFiles; readonly tap: ModbusTap }> {
  const [tapPort = 0] = await freePorts(1);
  let controllerPort = 0;
  const files = await labFiles((site) => {
    const controller = (site['devices'] as { id: string; port: number }[]).find(({ id }) => id === 'ctl-main');
    if (controller === undefined) throw new Error('the lab has no ctl-main');
    controllerPort = controller.port;
    controller.port = tapPort;
    change(site);
  });
  return { files, tap: await ModbusTap.open(tapPort, controllerPort) };
}
