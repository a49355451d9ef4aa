import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** The panel's way to the receiver. */
export interface Line {
  /**
   * Sends the chunks one after the other, each in a write of its own. Dials first where there is no connection; failures are silent, as the panel repeats.
   * `thenHangUp`: says no more on this connection.
   */
  send(chunks: readonly Buffer[], thenHangUp?: boolean): void;
  /** Cuts the connection; the next `send` dials again. */
  hangUp(): void;
  /** Breaks the connection off (RST); hangs up where there is none. */
  reset(): void;
}

/** Where a receiver is, and how it ends its answers: CR (DC-09), or the single byte ACK (plain Contact ID). */
export interface Receiver {
  readonly transport: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  readonly answerEnd: '\r' | '\x06';
}

/** Opens a line; `answered` gets each whole answer. */
export function openLine({ transport, host, port, answerEnd }: Receiver, answered: (answer: Buffer) => void): Line {
  return transport === 'tcp' ? new TcpLine(host, port, answerEnd, answered) : new UdpLine(host, port, answered);
}

class TcpLine implements Line {
  readonly #host: string;
  readonly #port: number;
  readonly #answerEnd: string;
  readonly #answered: (answer: Buffer) => void;
  #socket: Socket | undefined;

  constructor(host: string, port: number, answerEnd: string, answered: (answer: Buffer) => void) {
    this.#host = host;
    this.#port = port;
    this.#answerEnd = answerEnd;
    this.#answered = answered;
  }

  send(chunks: readonly Buffer[], thenHangUp = false): void {
    const socket = (this.#socket ??= this.#dial());
    const next = (index: number) => {
      const chunk = chunks[index];
      if (chunk === undefined && thenHangUp) socket.end();
      if (chunk === undefined || socket.destroyed) return;
      socket.write(chunk, () => setImmediate(next, index + 1));
    };
    next(0);
  }

  hangUp(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  reset(): void {
    this.#socket?.resetAndDestroy();
    this.#socket = undefined;
  }

  #dial(): Socket {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    let held = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      for (let end = held.indexOf(this.#answerEnd); end !== -1; end = held.indexOf(this.#answerEnd)) {
        this.#answered(held.subarray(0, end + 1));
        held = held.subarray(end + 1);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    return socket;
  }
}

class UdpLine implements Line {
  readonly #host: string;
  readonly #port: number;
  readonly #answered: (answer: Buffer) => void;
  #socket: DatagramSocket | undefined;

  constructor(host: string, port: number, answered: (answer: Buffer) => void) {
    this.#host = host;
    this.#port = port;
    this.#answered = answered;
  }

  /** A datagram cannot be sent in parts: the chunks go as one. */
  send(chunks: readonly Buffer[]): void {
    if (this.#socket === undefined) {
      this.#socket = createSocket('udp4');
      this.#socket.on('message', (answer) => this.#answered(answer));
      this.#socket.on('error', () => this.hangUp());
    }
    this.#socket.send(Buffer.concat(chunks), this.#port, this.#host, () => undefined);
  }

  hangUp(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  reset(): void {
    this.hangUp();
  }
}
