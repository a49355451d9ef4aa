import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connack, split, suback, type } from '../../../simulators/mqtt/codec.ts';

/** A broker that accepts, grants one subscription after the other, and then sends what a test wants. */
export class HostileBroker {
  bytes: Buffer = Buffer.alloc(0);
  /** Instead of which of its answers it sends them, and hangs up. */
  insteadOf: 'nothing' | 'acceptance' | 'grant' = 'nothing';
  /** How often it has sent them. */
  sent = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => {
        for (const packet of split(bytes).packets) {
          if (packet.type === type.connect && this.insteadOf !== 'acceptance') socket.write(connack(false, 0));
          else if (packet.type === type.connect) this.#send(socket);
          if (packet.type === type.subscribe) {
            if (this.insteadOf !== 'grant') socket.write(suback(packet.body.readUInt16BE(0), [1, 1]));
            this.#send(socket);
          }
        }
      });
    });
  }

  async start(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #send(socket: Socket): void {
    this.sent += 1;
    socket.end(this.bytes);
  }
}
