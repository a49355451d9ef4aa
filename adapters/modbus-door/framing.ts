import { crc16, withCrc } from './crc16.ts';

/** What the reply to the request in flight must look like, in the form of the serial line: unit, function, data, CRC. */
export interface Expected {
  readonly unit: number;
  readonly code: number;
  /** Bytes of the whole frame. That of an exception has five. */
  readonly length: number;
  /** What the frame must be, where it repeats the request. */
  readonly echo: Buffer | undefined;
  /** The number that the request has on TCP. */
  readonly transaction: number;
}

/** What the bytes that came so far are. `used` of them are done with; `frame` is in the form of the serial line, whatever the wire's is. */
export type Verdict =
  | { readonly type: 'incomplete' }
  | { readonly type: 'reply'; readonly frame: Buffer; readonly used: number }
  | { readonly type: 'late'; readonly used: number }
  | { readonly type: 'broken'; readonly reason: string };

/** How frames stand on a wire. Pure: bytes in, bytes out. */
export interface Framing {
  /** A request, given in the form of the serial line, as it goes onto the wire. */
  encode(request: Buffer, transaction: number): Buffer;
  /**
   * Judges what came since the last frame. `lost` tells the transactions whose time ran out: their replies may still come.
   * Without `expected` nobody waits for anything.
   */
  judge(bytes: Buffer, expected: Expected | undefined, lost: ReadonlySet<number>): Verdict;
}

const CRC_BYTES = 2;
const EXCEPTION_BYTES = 5;

/** What the reply to `request` (a frame of the serial line) must look like. Application Protocol V1.1b3, 6.1 to 6.6 and 6.8. */
export function expectedReply(request: Buffer, transaction: number): Expected {
  const code = request.readUInt8(1);
  const quantity = request.readUInt16BE(4);
  const data = code <= 2 ? 1 + Math.ceil(quantity / 8) : code <= 4 ? 1 + 2 * quantity : 4;
  return { unit: request.readUInt8(0), code, length: 2 + data + CRC_BYTES, echo: code <= 4 ? undefined : request, transaction };
}

const MBAP_BYTES = 6;
/** The unit identifier and a PDU of 2 to 253 bytes. */
const SHORTEST = 3;
const LONGEST = 254;

/** Modbus TCP (Messaging Implementation Guide V1.0b, 3.1.3): transaction, protocol 0, length of what follows, unit, PDU. */
export const mbap: Framing = {
  encode(request, transaction) {
    const body = request.subarray(0, -CRC_BYTES);
    const header = Buffer.alloc(MBAP_BYTES);
    header.writeUInt16BE(transaction, 0);
    header.writeUInt16BE(body.length, 4);
    return Buffer.concat([header, body]);
  },

  judge(bytes, expected, lost) {
    if (bytes.length < MBAP_BYTES) return { type: 'incomplete' };
    const [transaction, protocol, length] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2), bytes.readUInt16BE(4)];
    if (protocol !== 0) return { type: 'broken', reason: `the protocol identifier was ${protocol} instead of 0` };
    if (length < SHORTEST || length > LONGEST) return { type: 'broken', reason: `a frame cannot have ${length} bytes` };
    const used = MBAP_BYTES + length;
    if (bytes.length < used) return { type: 'incomplete' };
    if (lost.has(transaction)) return { type: 'late', used };
    if (transaction !== expected?.transaction) return { type: 'broken', reason: `it sent transaction ${transaction}, which nobody asked for` };
    const frame = withCrc(bytes.subarray(MBAP_BYTES, used));
    const problem = mismatch(frame, expected);
    return problem === undefined ? { type: 'reply', frame, used } : { type: 'broken', reason: problem };
  },
};

/**
 * The serial line's frames, on the line or over TCP (MODBUS over Serial Line V1.02, 2.5.1). No silence tells where a frame ends once a
 * device server has passed it on, so the expected length does, wherever the frame stands among noise and replies to earlier requests.
 */
export const rtu: Framing = {
  encode: (request) => request,

  judge(bytes, expected) {
    if (expected === undefined) return { type: 'late', used: bytes.length };
    for (let at = 0; at + EXCEPTION_BYTES <= bytes.length; at += 1) {
      const isException = bytes[at + 1] === (expected.code | 0x80);
      const used = at + (isException ? EXCEPTION_BYTES : expected.length);
      const frame = bytes.subarray(at, used);
      if (used <= bytes.length && mismatch(frame, expected) === undefined && hasCrc(frame)) return { type: 'reply', frame, used };
    }
    return { type: 'incomplete' };
  },
};

function hasCrc(frame: Buffer): boolean {
  return frame.readUInt16LE(frame.length - CRC_BYTES) === crc16(frame.subarray(0, -CRC_BYTES));
}

/** Why a frame is not the reply that is waited for. */
function mismatch(frame: Buffer, { unit, code, length, echo }: Expected): string | undefined {
  const [itsUnit, itsCode] = [frame.readUInt8(0), frame.readUInt8(1)];
  if (itsUnit !== unit) return `unit ${itsUnit} replied instead of unit ${unit}`;
  if ((itsCode & 0x7f) !== code) return `function ${itsCode} was answered instead of ${code}`;
  const isException = itsCode !== code;
  const wanted = isException ? EXCEPTION_BYTES : length;
  if (frame.length !== wanted) return `the reply has ${frame.length - 4} bytes after its function instead of ${wanted - 4}`;
  if (isException) return undefined;
  if (echo !== undefined) return frame.equals(echo) ? undefined : 'the reply confirms something else';
  const counted = frame.readUInt8(2);
  return counted === length - EXCEPTION_BYTES ? undefined : `the reply counts ${counted} bytes of data instead of ${length - EXCEPTION_BYTES}`;
}
