import type { Adu, AduReader } from './adu.ts';
import type { Quirks } from './quirks.ts';

// Framing of MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3:
// transaction (2 bytes), protocol = 0 (2), length of what follows (2), unit (1), PDU.

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
export class MbapReader implements AduReader {
  readonly #quirks: Pick<Quirks, 'splitHeader' | 'protocolId'>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(quirks: Pick<Quirks, 'splitHeader' | 'protocolId'> = { splitHeader: 'answered', protocolId: 'refused' }) {
    this.#quirks = quirks;
  }

  push(piece: Buffer): Adu[] {
    if (this.#quirks.splitHeader === 'ignored' && this.#rest.length === 0 && piece.length < HEADER_BYTES) return [];
    this.#rest = Buffer.concat([this.#rest, piece]);
    const complete: Adu[] = [];
    while (this.#rest.length >= HEADER_BYTES - 1) {
      const protocol = this.#rest.readUInt16BE(2);
      const length = this.#rest.readUInt16BE(4);
      const problem = this.#problem(protocol, length);
      if (problem !== undefined && this.#quirks.splitHeader === 'answered') throw new Error(problem);
      if (problem !== undefined) {
        // The second half of a header that it has ignored is ignored as well.
        this.#rest = Buffer.alloc(0);
        break;
      }
      const end = HEADER_BYTES - 1 + length;
      if (this.#rest.length < end) break;
      complete.push({ transaction: this.#rest.readUInt16BE(0), unit: this.#rest.readUInt8(6), pdu: this.#rest.subarray(HEADER_BYTES, end) });
      this.#rest = this.#rest.subarray(end);
    }
    return complete;
  }

  #problem(protocol: number, length: number): string | undefined {
    if (protocol !== 0 && this.#quirks.protocolId === 'refused') return `protocol identifier ${protocol} is not Modbus`;
    return length < SHORTEST || length > LONGEST ? `an ADU cannot have ${length} bytes` : undefined;
  }
}
