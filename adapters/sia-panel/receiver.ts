import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock } from '../../src/domain/clock.ts';
import { FrameSplitter } from './stream.ts';

export interface Handlers {
  readonly clock: Clock;
  /** The answer to a DC-09 frame; undefined where there is none. Never rejects. */
  answer(frame: Buffer): Promise<Buffer | undefined>;
  /** The answer to a plain Contact ID report, likewise. */
  answerReport(report: Buffer): Promise<Buffer | undefined>;
  malformed(bytes: Buffer, reason: string): void;
}

export interface Listener {
  readonly port: number;
  /** Rejects when a socket fails after it was bound. */
  readonly failed: Promise<never>;
  /** Releases every socket; resolves when the port is free. */
  close(): Promise<void>;
}

/** What one sender can make the receiver hold. */
const limits = {
  connections: 512,
  /** A connection that completes no frame for so long is closed; the panel dials in again. */
  idleMs: 120_000,
  /** Frames of one connection that wait for the journal; they share its commits. Small, so that no panel keeps the others waiting. */
  framesInFlight: 12,
  /** Answers that a panel does not fetch. */
  unsentBytes: 64 * 1024,
  /** Datagrams that wait for the journal; more are left to their panels, which repeat them. */
  datagramsInFlight: 256,
} as const;

/**
 * Listens on TCP and UDP with one port number.
 * @throws Error naming the address that cannot be bound.
 */
export async function listen(
  { host, port, tcp, udp }: { host: string; port: number; tcp: boolean; udp: boolean },
  handlers: Handlers,
): Promise<Listener> {
  const connections = new Set<Socket>();
  const server = tcp ? createServer({ allowHalfOpen: true, noDelay: true }, (socket) => serve(socket, connections, handlers)) : undefined;
  const datagrams = udp ? createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' }) : undefined;
  const close = async () => {
    const hungUp = [...connections].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of connections) socket.destroy();
    await Promise.all([...hungUp, server && closed(server), datagrams && closed(datagrams)]);
  };
  try {
    const bound = server ? await bindTcp(server, host, port) : port;
    const shared = datagrams ? await bindUdp(datagrams, host, bound, handlers) : bound;
    return { port: shared, failed: failure(server, datagrams), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function bindTcp(server: Server, host: string, port: number): Promise<number> {
  server.maxConnections = limits.connections;
  server.listen({ host, port, exclusive: true });
  await bound(server, `${host}:${port} (TCP)`);
  return (server.address() as AddressInfo).port;
}

async function bindUdp(socket: DatagramSocket, host: string, port: number, handlers: Handlers): Promise<number> {
  let inFlight = 0;
  socket.on('message', (bytes, peer) => {
    if (inFlight >= limits.datagramsInFlight) return;
    inFlight += 1;
    void answerDatagram(socket, bytes, peer, handlers).finally(() => (inFlight -= 1));
  });
  socket.bind({ address: host, port, exclusive: true });
  await bound(socket, `${host}:${port} (UDP)`);
  return socket.address().port;
}

async function bound(socket: Server | DatagramSocket, address: string): Promise<void> {
  try {
    await once(socket, 'listening');
  } catch (cause) {
    const inUse = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const what = inUse
      ? 'is in use by another program: stop that, or give this device another port'
      : `cannot be listened on: ${(cause as Error).message}`;
    throw new Error(`${address} ${what}`, { cause });
  }
}

function serve(socket: Socket, connections: Set<Socket>, handlers: Handlers): void {
  const splitter = new FrameSplitter();
  const restartIdle = () => handlers.clock.after(limits.idleMs, () => socket.destroy());
  let cancelIdle = restartIdle();
  connections.add(socket);

  // Answers leave in the order of their frames, each when its frame is in the journal.
  let inFlight = 0;
  let answered = Promise.resolve();
  const send = async (reply: Promise<Buffer | undefined>) => {
    const bytes = await reply;
    inFlight -= 1;
    if (socket.destroyed) return;
    if (bytes !== undefined) socket.write(bytes);
    if (socket.writableLength > limits.unsentBytes) socket.destroy();
  };
  const take = async (segment: Buffer) => {
    for (const { type, bytes } of splitter.push(segment)) {
      if (type === 'garbage') {
        handlers.malformed(bytes, 'bytes that belong to no frame');
        continue;
      }
      cancelIdle();
      cancelIdle = restartIdle();
      const reply = type === 'frame' ? handlers.answer(bytes) : handlers.answerReport(bytes);
      inFlight += 1;
      answered = answered.then(() => send(reply));
      if (inFlight >= limits.framesInFlight) await answered;
      if (socket.destroyed) return;
    }
  };
  let turn = Promise.resolve();
  socket.on('data', (segment: Buffer) => {
    // One segment at a time: a panel that sends faster than the journal writes is slowed down by TCP itself.
    socket.pause();
    turn = take(segment).then(() => void socket.resume());
  });
  // A panel may close its side after sending, and still gets its answers. Node tells the end even while paused.
  socket.on('end', () => void turn.then(() => answered).then(() => socket.end()));
  // A reset says nothing that matters: the panel dials in again.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    cancelIdle();
    connections.delete(socket);
  });
}

/**
 * A datagram's end is its frame's end, with or without CR. Only a whole frame is answered, and no answer is notably longer
 * than the message it answers, so nobody can use the receiver to amplify.
 */
async function answerDatagram(socket: DatagramSocket, datagram: Buffer, peer: RemoteInfo, handlers: Handlers): Promise<void> {
  for (const { type, bytes } of new FrameSplitter().push(Buffer.concat([datagram, Buffer.from('\r')]))) {
    if (type === 'garbage') {
      handlers.malformed(bytes, 'bytes that belong to no frame');
      continue;
    }
    const reply = await (type === 'frame' ? handlers.answer(bytes) : handlers.answerReport(bytes));
    if (reply !== undefined) trySend(socket, reply, peer);
  }
}

/** A panel that cannot be reached is not the receiver's fault: it repeats. */
function trySend(socket: DatagramSocket, reply: Buffer, { address, port }: RemoteInfo): void {
  try {
    socket.send(reply, port, address, () => undefined);
  } catch (error) {
    // Closed while the journal was writing.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error;
  }
}

function failure(...sockets: readonly (Server | DatagramSocket | undefined)[]): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    for (const socket of sockets) socket?.on('error', reject);
  });
  failed.catch(() => undefined);
  return failed;
}

async function closed(socket: Server | DatagramSocket): Promise<void> {
  await new Promise<void>((resolve) => {
    try {
      socket.close(() => resolve());
    } catch {
      // It was never bound.
      resolve();
    }
  });
}
