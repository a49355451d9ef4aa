import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A request as the peer sees it. */
export interface Asked {
  readonly transaction: number;
  readonly code: number;
  readonly address: number;
  /** The quantity of a read, the value of a write. */
  readonly argument: number;
  readonly socket: Socket;
}

/** What the peer sends for a request: hexadecimal, or nothing. */
export type Script = (asked: Asked) => string | undefined;

/** A Modbus TCP peer that answers what a test wants, right or wrong. It relies on the adapter's one request a segment. */
export class ScriptedPeer {
  script: Script;
  readonly sockets = new Set<Socket>();
  readonly asked: Asked[] = [];
  readonly #server: Server;

  constructor(script: Script) {
    this.script = script;
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.on('data', (frame) => {
        const asked = {
          transaction: frame.readUInt16BE(0),
          code: frame.readUInt8(7),
          address: frame.readUInt16BE(8),
          argument: frame.readUInt16BE(10),
          socket,
        };
        this.asked.push(asked);
        const reply = this.script(asked);
        if (reply !== undefined) socket.write(Buffer.from(reply, 'hex'));
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** A frame of unit 1 with the PDU. */
export function reply({ transaction }: Pick<Asked, 'transaction'>, pdu: string, { protocol = 0, unit = 1 } = {}): string {
  const head = [transaction, protocol, pdu.length / 2 + 1].map((value) => value.toString(16).padStart(4, '0')).join('');
  return head + unit.toString(16).padStart(2, '0') + pdu;
}

/** What a well-behaved device with the given registers and bits (by address) answers to functions 1 to 6. */
export function device(memory: ReadonlyMap<number, number> = new Map()): Script {
  return (asked) => {
    const { code, address, argument } = asked;
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
    if (code === 5 || code === 6) return reply(asked, hex(code, 2) + hex(address, 4) + hex(argument, 4));
    const values = Array.from({ length: argument }, (_, i) => memory.get(address + i) ?? 0);
    if (code >= 3) return reply(asked, hex(code, 2) + hex(2 * argument, 2) + values.map((value) => hex(value, 4)).join(''));
    const bytes = Array.from({ length: Math.ceil(argument / 8) }, (_, byte) =>
      values.slice(8 * byte, 8 * byte + 8).reduce((sum, value, i) => sum | (value << i), 0),
    );
    return reply(asked, hex(code, 2) + hex(bytes.length, 2) + bytes.map((byte) => hex(byte, 2)).join(''));
  };
}

/** An exception response to whatever was asked. */
export function exception(asked: Asked, code: number): string {
  return reply(asked, [asked.code | 0x80, code].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
}
