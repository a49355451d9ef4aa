import type { Adu, AduReader } from './adu.ts';

// Framing of MODBUS over Serial Line V1.02, 2.5.1: unit (1 byte), PDU, CRC (2, the low byte first).

/** Longest frame: 2.5.1. */
const LONGEST = 256;
/** A frame whose end has not come by then never will: on the line itself it would be 1.5 characters (2.5.1.1), but there is TCP between. */
const PATIENCE_MS = 100;

/** 6.2.2, bit by bit as in the standard's flow chart. */
export function checksum(bytes: Buffer): number {
  let register = 0xffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let shift = 0; shift < 8; shift += 1) {
      const carry = register & 1;
      register >>= 1;
      if (carry === 1) register ^= 0xa001;
    }
  }
  return register;
}

/** The bytes of an ADU. */
export function rtuFrame({ unit, pdu }: Adu): Buffer {
  const body = Buffer.concat([Buffer.from([unit]), pdu]);
  const crc = checksum(body);
  return Buffer.concat([body, Buffer.from([crc & 0xff, crc >> 8])]);
}

/** Collects the requests of a stream. A frame with a wrong CRC is dropped with all that stands behind it, and gets no answer (2.4.1). */
export class RtuReader implements AduReader {
  #rest: Buffer = Buffer.alloc(0);
  #latest = 0;

  push(piece: Buffer): Adu[] {
    const now = Date.now();
    if (now - this.#latest > PATIENCE_MS) this.#rest = Buffer.alloc(0);
    this.#latest = now;
    this.#rest = Buffer.concat([this.#rest, piece]).subarray(-LONGEST);
    const complete: Adu[] = [];
    for (let length = requestLength(this.#rest); length !== undefined && this.#rest.length >= length; length = requestLength(this.#rest)) {
      const frame = this.#rest.subarray(0, length);
      const isIntact = frame.readUInt16LE(length - 2) === checksum(frame.subarray(0, -2));
      this.#rest = isIntact ? this.#rest.subarray(length) : Buffer.alloc(0);
      if (isIntact) complete.push({ transaction: 0, unit: frame.readUInt8(0), pdu: frame.subarray(1, -2) });
    }
    return complete;
  }
}

/** Bytes of the request that begins here, or undefined as long as that cannot be told. */
function requestLength(bytes: Buffer): number | undefined {
  const code = bytes[1];
  if (code === undefined) return undefined;
  if (code !== 15 && code !== 16) return 8;
  const byteCount = bytes[6];
  return byteCount === undefined ? undefined : 9 + byteCount;
}
