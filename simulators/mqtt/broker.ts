import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import {
  connack,
  matches,
  pingresp,
  puback,
  readConnect,
  readId,
  readPublish,
  readSubscribe,
  readUnsubscribe,
  split,
  suback,
  type,
  unsuback,
} from './codec.ts';
import type { Packet, Publication } from './codec.ts';
import type { Messenger } from './messenger.ts';
import { Session } from './session.ts';

export interface BrokerOptions {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Topic filters that nobody may subscribe to. */
  readonly unreadable: readonly string[];
  /** Whether the session of a client that wants it outlives its connection. */
  readonly keepsSessions: boolean;
}

/** 3.9.3: a subscription that failed. */
const REFUSED = 0x80;

/** What is wrong with the line to the clients. */
export type LineFault = 'drop' | 'stall' | 'garble' | 'truncate' | 'byte-at-a-time' | 'duplicate';

interface Client {
  readonly socket: Socket;
  id?: string;
  session?: Session;
  isClean: boolean;
  /** What the fault `stall` keeps back. */
  readonly held: Buffer[];
  will?: Publication | undefined;
}

/** A minimal broker: QoS 0 and 1, sessions that outlive connections and a restart, retained messages, last wills, one account. */
export class Broker implements Messenger {
  readonly faults = new Set<LineFault>();
  /** Of every client, the ones that were lost included. */
  readonly sessions = new Map<string, Session>();
  readonly #options: BrokerOptions;
  readonly #retained = new Map<string, Publication>();
  readonly #clients = new Set<Client>();
  #server: Server | undefined;
  #port: number;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  /** The port that it listens on; the same after a restart. */
  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#clients.size;
  }

  /** How many publications under a topic filter clients have acknowledged. */
  acknowledged(filter: string): number {
    const counts = [...this.sessions.values()].flatMap(({ acknowledged }) => [...acknowledged]);
    return counts.reduce((sum, [topic, count]) => (matches(filter, topic) ? sum + count : sum), 0);
  }

  async start(): Promise<void> {
    const { host } = this.#options;
    const server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
    this.#server = server;
    server.listen({ host, port: this.#port, exclusive: true });
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw new Error(`${host}:${this.#port} cannot be listened on: ${(cause as Error).message}`, { cause });
    }
    this.#port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    this.hangUp();
    await new Promise((closed) => server.close(closed));
  }

  /** Ends every connection, by FIN or by RST. */
  hangUp(how: 'close' | 'reset' = 'close'): void {
    for (const { socket } of this.#clients) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  /** Ends all faults; what was held back goes out. */
  clearFaults(): void {
    this.faults.clear();
    for (const client of this.#clients) for (const bytes of client.held.splice(0)) this.#send(client, bytes);
  }

  publish(publication: Publication): void {
    // 3.3.1.3: an empty payload clears what was retained.
    if (publication.retain) {
      if (publication.payload.length === 0) this.#retained.delete(publication.topic);
      else this.#retained.set(publication.topic, publication);
    }
    for (const session of this.sessions.values()) session.deliver(publication);
  }

  #serve(socket: Socket): void {
    if (this.faults.has('drop')) {
      socket.destroy();
      return;
    }
    const client: Client = { socket, isClean: true, held: [] };
    this.#clients.add(client);
    let stream: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      try {
        const { packets, rest } = split(Buffer.concat([stream, bytes]));
        stream = rest;
        for (const packet of packets) this.#take(client, packet);
      } catch {
        // 4.8: a protocol violation ends the connection.
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.#gone(client));
  }

  #take(client: Client, packet: Packet): void {
    if (packet.type === type.connect) {
      this.#connect(client, packet);
      return;
    }
    const { session } = client;
    // 3.1: the first packet is CONNECT.
    if (session === undefined) throw new Error('not connected');
    switch (packet.type) {
      case type.publish: {
        const { id, ...publication } = readPublish(packet);
        this.publish(publication);
        if (id !== undefined) this.#send(client, puback(id));
        return;
      }
      case type.puback:
        session.puback(readId(packet));
        return;
      case type.subscribe:
        this.#subscribe(client, session, packet);
        return;
      case type.unsubscribe: {
        const { id, filters } = readUnsubscribe(packet);
        for (const filter of filters) session.subscriptions.delete(filter);
        this.#send(client, unsuback(id));
        return;
      }
      case type.pingreq:
        this.#send(client, pingresp());
        return;
      case type.disconnect:
        client.will = undefined;
        client.socket.end();
        return;
      default:
        throw new Error(`a packet of type ${packet.type} has no place here`);
    }
  }

  #connect(client: Client, packet: Packet): void {
    const { username, password, keepsSessions } = this.#options;
    const request = readConnect(packet);
    if (username !== undefined && (request.username !== username || request.password !== password)) {
      this.#send(client, connack(false, 5));
      client.socket.end();
      return;
    }
    // 3.1.4: the same client that connects again takes its session over.
    for (const other of this.#clients) if (other !== client && other.id === request.clientId) other.socket.destroy();
    const kept = request.cleanSession ? undefined : this.sessions.get(request.clientId);
    const session = kept ?? new Session();
    this.sessions.get(request.clientId)?.detach();
    this.sessions.set(request.clientId, session);
    Object.assign(client, { id: request.clientId, session, isClean: request.cleanSession || !keepsSessions, will: request.will });
    this.#send(client, connack(kept !== undefined, 0));
    session.attach((bytes) => this.#send(client, bytes));
  }

  #subscribe(client: Client, session: Session, packet: Packet): void {
    const { id, filters } = readSubscribe(packet);
    const granted = filters.map(({ filter, qos }) => (this.#options.unreadable.includes(filter) ? REFUSED : Math.min(qos, 1)));
    this.#send(client, suback(id, granted));
    for (const [index, { filter }] of filters.entries()) {
      const qos = granted[index] ?? REFUSED;
      if (qos === REFUSED) continue;
      session.subscriptions.set(filter, qos);
      for (const publication of this.#retained.values())
        if (matches(filter, publication.topic)) session.queue({ ...publication, qos: Math.min(publication.qos, qos) === 0 ? 0 : 1 });
    }
  }

  #gone(client: Client): void {
    this.#clients.delete(client);
    if (client.id === undefined || this.sessions.get(client.id) !== client.session) return;
    client.session?.detach();
    if (client.isClean) this.sessions.delete(client.id);
    if (client.will !== undefined) this.publish(client.will);
  }

  /** Writes a packet as the faults in force let it out. */
  #send({ socket, held }: Client, bytes: Buffer): void {
    if (socket.destroyed) return;
    if (this.faults.has('stall')) {
      held.push(bytes);
      return;
    }
    if (this.faults.has('truncate')) {
      socket.end(bytes.subarray(0, bytes.length >> 1));
      return;
    }
    const out = this.faults.has('garble') ? garbled(bytes) : bytes;
    const copies = this.faults.has('duplicate') && out.readUInt8(0) >> 4 === type.publish ? [out, marked(out)] : [out];
    for (const copy of copies)
      if (this.faults.has('byte-at-a-time')) for (const byte of copy) socket.write(Buffer.from([byte]));
      else socket.write(copy);
  }
}

/** Type 0 is forbidden (2.2.1), so that no client can take it for a packet. */
function garbled(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[0] = 0x0f;
  return copy;
}

/** DUP, 3.3.1.1; only with QoS 1. */
function marked(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  if ((copy.readUInt8(0) & 0x06) !== 0) copy.writeUInt8(copy.readUInt8(0) | 0x08, 0);
  return copy;
}
