// Framing of MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3:
// transaction (2 bytes), protocol = 0 (2), length of what follows (2), unit (1), PDU.

/** One application data unit, taken apart. */
export interface Adu {
  readonly transaction: number;
  readonly unit: number;
  readonly pdu: Buffer;
}

const HEADER_BYTES = 7;
/** The unit identifier and a PDU of 1 to 253 bytes (Application Protocol V1.1b3, 4.1). */
const SHORTEST = 2;
const LONGEST = 254;

/** The bytes of an ADU. */
export function frame({ transaction, unit, pdu }: Adu): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(transaction, 0);
  header.writeUInt16BE(pdu.length + 1, 4);
  header.writeUInt8(unit, 6);
  return Buffer.concat([header, pdu]);
}

/** Collects a TCP stream, in whatever pieces it comes, into ADUs. */
export class AduReader {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Takes the next piece and gives the ADUs that it completes.
   * @throws Error when the stream is not Modbus; there is no way to find the next ADU, so the connection is of no more use.
   */
  push(piece: Buffer): Adu[] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    const complete: Adu[] = [];
    while (this.#rest.length >= HEADER_BYTES - 1) {
      const protocol = this.#rest.readUInt16BE(2);
      const length = this.#rest.readUInt16BE(4);
      if (protocol !== 0) throw new Error(`protocol identifier ${protocol} is not Modbus`);
      if (length < SHORTEST || length > LONGEST) throw new Error(`an ADU cannot have ${length} bytes`);
      const end = HEADER_BYTES - 1 + length;
      if (this.#rest.length < end) break;
      complete.push({ transaction: this.#rest.readUInt16BE(0), unit: this.#rest.readUInt8(6), pdu: this.#rest.subarray(HEADER_BYTES, end) });
      this.#rest = this.#rest.subarray(end);
    }
    return complete;
  }
}
