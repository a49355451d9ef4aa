import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { forwardedFrom, frameFault } from './frame.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where frames go to and come from. */
interface Ends {
  readonly local: Endpoint;
  readonly peer: Endpoint;
  /** Forwards the peer's broadcasts (Annex J.4.5). */
  readonly bbmd?: Endpoint | undefined;
}

interface Events {
  message: [bytes: Buffer, from: string];
  /** What the BBMD says for itself. */
  bbmd: [bytes: Buffer];
  error: [Error];
  listening: [];
  close: [];
}

/**
 * The UDP socket under the BACnet library, instead of the library's own: it lets no frame throw, hears one device alone,
 * can bind a free port, and names the peer's port always, so that the library does not mistake a peer on 127.0.0.1 for itself.
 */
export class GuardedTransport extends EventEmitter<Events> {
  readonly #socket: Socket;
  readonly #ends: Ends;
  readonly #malformed: (frame: Uint8Array, reason: string) => void;
  /** The frame that is being handled, or was last. */
  lastFrame: Buffer = Buffer.alloc(0);
  /** Resolves when the socket is released. */
  readonly closed: Promise<void>;
  #closing = false;
  #sending = 0;
  #released = false;

  private constructor(socket: Socket, ends: Ends, malformed: (frame: Uint8Array, reason: string) => void) {
    super();
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    // Nothing to do: a send that fails is a request without an answer.
    socket.on('error', () => undefined);
    this.#ends = ends;
    this.#malformed = malformed;
    socket.on('message', (bytes, from) => this.receive(bytes, from));
  }

  /** Takes a datagram: hands on what the peer says, counts what breaks the rules, and lets nothing throw. */
  receive(bytes: Buffer, from: Endpoint): void {
    const { peer, bbmd } = this.#ends;
    const forwarded = same(from, bbmd) ? forwardedFrom(bytes) : undefined;
    if (!same(from, peer) && !same(forwarded, peer)) {
      if (same(from, bbmd)) this.emit('bbmd', bytes);
      return;
    }
    this.lastFrame = bytes;
    const fault = frameFault(bytes);
    if (fault !== undefined) {
      this.#malformed(bytes, fault);
      return;
    }
    try {
      this.emit('message', bytes, `${peer.address}:${peer.port}`);
    } catch (error) {
      this.#malformed(bytes, `cannot be decoded: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /**
   * Binds `local` (port 0: a free one).
   * @throws Error naming the address when it cannot be bound.
   */
  static async create(ends: Ends, malformed: (frame: Uint8Array, reason: string) => void): Promise<GuardedTransport> {
    const { local } = ends;
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (cause) => {
        socket.close();
        reject(new Error(`UDP ${local.address}:${local.port} cannot be bound; bindAddress must be an address of this machine`, { cause }));
      });
      socket.bind(local.port, local.address, resolve);
    });
    socket.removeAllListeners('error');
    return new GuardedTransport(socket, ends, malformed);
  }

  /** Own UDP port. */
  get port(): number {
    return this.#socket.address().port;
  }

  // From here on: what the library calls.

  open(): void {
    // Bound already.
  }

  /** Releases the socket after the frames that are on their way out. */
  close(): void {
    this.#closing = true;
    if (this.#sending === 0) this.#release();
  }

  /** Every request goes to one device, so there is nothing to broadcast. */
  getBroadcastAddress(): string {
    return '';
  }

  getMaxPayload(): number {
    return 1482;
  }

  send(buffer: Buffer, length: number, receiver: string | undefined): void {
    if (this.#closing || receiver === undefined) return;
    const [address = '', port] = receiver.split(':');
    this.#sending += 1;
    this.#socket.send(buffer, 0, length, Number(port), address, () => {
      this.#sending -= 1;
      if (this.#closing && this.#sending === 0) this.#release();
    });
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#socket.close();
  }
}

function same(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  return a !== undefined && b !== undefined && a.address === b.address && a.port === b.port;
}
