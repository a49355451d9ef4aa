import { Duplex } from 'node:stream';
import type { Transport, Wire } from '../../../adapters/modbus-door/transport.ts';
import { crc16, withCrc } from '../../../adapters/modbus-door/crc16.ts';
import { mbap, rtu } from '../../../adapters/modbus-door/framing.ts';
import type { ManualClock } from '../../support/manual-clock.ts';

/** A request as the line sees it, in the form of the serial line. */
export interface Heard {
  readonly unit: number;
  readonly code: number;
  readonly address: number;
  readonly transaction: number;
  readonly at: number;
}

/** A line with units in virtual time: every unit shows 0 everywhere, confirms every write, and takes `replyMs` for it. */
export class VirtualLine implements Transport {
  readonly peer = 'virtual line';
  readonly framing;
  readonly isLossy: boolean;
  readonly gapMs = 0;
  readonly dead = new Set<number>();
  /** How long a unit takes to answer, where it is not `replyMs`. */
  readonly slow = new Map<number, number>();
  readonly heard: Heard[] = [];
  /** What the registers and bits of a unit hold, where it is not 0. */
  valueOf: (unit: number, address: number) => number = () => 0;
  knowsEcho = true;
  readonly #clock: ManualClock;
  readonly #replyMs: number;
  readonly #stream: Duplex;

  constructor(clock: ManualClock, { isRtu = false, replyMs = 10 } = {}) {
    this.#clock = clock;
    this.#replyMs = replyMs;
    this.framing = isRtu ? rtu : mbap;
    this.isLossy = isRtu;
    this.#stream = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        this.#hear(bytes);
        done();
      },
    });
  }

  open(): Promise<Wire> {
    const stream = this.#stream;
    const closed = new Promise((resolve) => stream.once('close', resolve));
    return Promise.resolve({ stream, opened: Promise.resolve(), closed, release: () => stream.destroy() });
  }

  /** Bytes that come without having been asked for. */
  say(bytes: Buffer): void {
    this.#stream.emit('data', bytes);
  }

  #hear(bytes: Buffer): void {
    const transaction = this.isLossy ? 0 : bytes.readUInt16BE(0);
    const request = this.isLossy ? bytes : withCrc(bytes.subarray(6));
    if (request.readUInt16LE(request.length - 2) !== crc16(request.subarray(0, -2))) throw new Error('a request with a wrong CRC');
    const [unit, code, address] = [request.readUInt8(0), request.readUInt8(1), request.readUInt16BE(2)];
    this.heard.push({ unit, code, address, transaction, at: this.#clock.monotonicMs() });
    if (this.dead.has(unit) || (code === 8 && !this.knowsEcho)) return;
    const reply = this.framing.encode(withCrc(this.#reply(request)), transaction);
    this.#clock.after(this.slow.get(unit) ?? this.#replyMs, () => {
      if (!this.#stream.destroyed) this.#stream.emit('data', reply);
    });
  }

  #reply(request: Buffer): Buffer {
    const [unit, code, address, argument] = [request.readUInt8(0), request.readUInt8(1), request.readUInt16BE(2), request.readUInt16BE(4)];
    if (code > 4) return request.subarray(0, -2);
    const values = Array.from({ length: argument }, (_, i) => this.valueOf(unit, address + i));
    const data = Buffer.alloc(code <= 2 ? Math.ceil(argument / 8) : 2 * argument);
    values.forEach((value, i) => {
      if (code > 2) data.writeUInt16BE(value, 2 * i);
      else data.writeUInt8(data.readUInt8(i >> 3) | ((value & 1) << (i & 7)), i >> 3);
    });
    return Buffer.concat([Buffer.from([unit, code, data.length]), data]);
  }
}

/** Moves the clock by `ms`, a millisecond at a time, letting everything that follows from each happen. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let i = 0; i < ms; i += 1) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
