import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { connect, disconnect, pingreq, publish, readConnack, readId, split, type } from './codec.ts';
import type { Packet, Publication } from './codec.ts';
import type { Messenger } from './messenger.ts';

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly will?: Publication | undefined;
}

const AGAIN_MS = 500;
const KEEP_ALIVE_SECONDS = 30;

/** A client of another broker: what it publishes with QoS 1 it repeats until that broker has acknowledged it. */
export class Client implements Messenger {
  acknowledged = 0;
  readonly #options: ClientOptions;
  #socket: Socket | undefined;
  #accepted = false;
  #stopped = true;
  #again: NodeJS.Timeout | undefined;
  #ping: NodeJS.Timeout | undefined;
  #unacknowledged: { readonly id: number; readonly publication: Publication; sent: boolean }[] = [];
  #lastId = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#accepted;
  }

  /** Begins to connect; a broker that is not there yet is tried again. */
  start(): Promise<void> {
    this.#stopped = false;
    this.#ping = setInterval(() => this.#write(pingreq()), (KEEP_ALIVE_SECONDS * 1000) / 2);
    this.#connect();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#again);
    clearInterval(this.#ping);
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    if (this.#accepted) socket.end(disconnect());
    else socket.destroy();
    await closed;
  }

  publish(publication: Publication): void {
    if (publication.qos === 0) {
      this.#write(publish(publication, 0, false));
      return;
    }
    this.#lastId = (this.#lastId % 0xffff) + 1;
    this.#unacknowledged.push({ id: this.#lastId, publication, sent: false });
    this.#flush();
  }

  #connect(): void {
    const { host, port, clientId, username, password, will } = this.#options;
    const socket = createConnection({ host, port, noDelay: true });
    this.#socket = socket;
    let stream: Buffer = Buffer.alloc(0);
    socket.on('connect', () => {
      const request = { clientId, cleanSession: true, keepAliveSeconds: KEEP_ALIVE_SECONDS };
      socket.write(
        connect({ ...request, ...(will && { will }), ...(username !== undefined && { username }), ...(password !== undefined && { password }) }),
      );
    });
    socket.on('data', (bytes: Buffer) => {
      try {
        const { packets, rest } = split(Buffer.concat([stream, bytes]));
        stream = rest;
        for (const packet of packets) this.#take(packet);
      } catch {
        // 4.8: a protocol violation ends the connection.
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#accepted = false;
      for (const each of this.#unacknowledged) each.sent = false;
      if (!this.#stopped) this.#again = setTimeout(() => this.#connect(), AGAIN_MS);
    });
  }

  #take(packet: Packet): void {
    if (packet.type === type.connack) {
      this.#accepted = readConnack(packet) === 0;
      if (this.#accepted) this.#flush();
      else this.#socket?.destroy();
    }
    if (packet.type === type.puback) {
      const id = readId(packet);
      const before = this.#unacknowledged.length;
      this.#unacknowledged = this.#unacknowledged.filter((each) => each.id !== id);
      this.acknowledged += before - this.#unacknowledged.length;
    }
  }

  #flush(): void {
    if (!this.#accepted) return;
    for (const each of this.#unacknowledged) {
      if (each.sent) continue;
      each.sent = true;
      this.#write(publish(each.publication, each.id, false));
    }
  }

  #write(bytes: Buffer): void {
    if (this.#accepted) this.#socket?.write(bytes);
  }
}
