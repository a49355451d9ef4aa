// The functions of MODBUS Application Protocol V1.1b3, clause 6, over a device's own map of addresses.

/** What a device has behind its addresses. An address that is absent (`undefined`) answers with exception 2. */
export interface RegisterMap {
  discreteInput(address: number): boolean | undefined;
  coil(address: number): boolean | undefined;
  inputRegister(address: number): number | undefined;
  holdingRegister(address: number): number | undefined;
  /** Whether the address takes `value`; asked for all addresses of a request before the first is written. */
  accepts(table: 'coil' | 'holdingRegister', address: number, value: number): boolean;
  write(table: 'coil' | 'holdingRegister', address: number, value: number): void;
}

/** What stands behind a map of addresses and lives on after it was asked. */
export interface Device extends RegisterMap {
  /** Power is gone and comes back. */
  restart(): void;
  /** Releases the timers. */
  stop(): void;
}

/** Exception codes of clause 7. */
export const exceptions = { illegalFunction: 1, illegalAddress: 2, illegalValue: 3, gatewayTargetSilent: 11 } as const;

class Refusal extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exception ${code}`);
    this.code = code;
  }
}

type Handler = (pdu: Buffer, map: RegisterMap) => Buffer;

const handlers: Readonly<Record<number, Handler>> = {
  1: (pdu, map) => readBits(pdu, (address) => map.coil(address)),
  2: (pdu, map) => readBits(pdu, (address) => map.discreteInput(address)),
  3: (pdu, map) => readRegisters(pdu, (address) => map.holdingRegister(address)),
  4: (pdu, map) => readRegisters(pdu, (address) => map.inputRegister(address)),
  5: writeSingleCoil,
  6: writeSingleRegister,
  8: diagnostics,
  15: writeMultipleCoils,
  16: writeMultipleRegisters,
};

/** The answer to a request PDU: the normal response, or the exception response of clause 7. */
export function answer(pdu: Buffer, map: RegisterMap): Buffer {
  const code = pdu.readUInt8(0);
  const handler = handlers[code];
  try {
    if (handler === undefined) throw new Refusal(exceptions.illegalFunction);
    return handler(pdu, map);
  } catch (error) {
    if (error instanceof Refusal) return Buffer.from([code | 0x80, error.code]);
    throw error;
  }
}

/** 6.1, 6.2: 1 to 2000 bits, eight to a byte, the lowest address in the least significant bit. */
function readBits(pdu: Buffer, read: (address: number) => boolean | undefined): Buffer {
  const { start, quantity } = range(pdu, 5, 2000);
  const bytes = Buffer.alloc(Math.ceil(quantity / 8));
  for (let i = 0; i < quantity; i += 1) {
    if (present(read(start + i))) bytes.writeUInt8(bytes.readUInt8(i >> 3) | (1 << (i & 7)), i >> 3);
  }
  return Buffer.concat([Buffer.from([pdu.readUInt8(0), bytes.length]), bytes]);
}

/** 6.3, 6.4: 1 to 125 registers, the high byte first. */
function readRegisters(pdu: Buffer, read: (address: number) => number | undefined): Buffer {
  const { start, quantity } = range(pdu, 5, 125);
  const bytes = Buffer.alloc(2 * quantity);
  for (let i = 0; i < quantity; i += 1) bytes.writeUInt16BE(present(read(start + i)), 2 * i);
  return Buffer.concat([Buffer.from([pdu.readUInt8(0), bytes.length]), bytes]);
}

/** 6.5: 0xFF00 is on, 0x0000 is off, everything else is illegal. */
function writeSingleCoil(pdu: Buffer, map: RegisterMap): Buffer {
  demand(pdu.length === 5, exceptions.illegalValue);
  const value = pdu.readUInt16BE(3);
  demand(value === 0xff00 || value === 0, exceptions.illegalValue);
  store(map, 'coil', pdu.readUInt16BE(1), [value === 0 ? 0 : 1]);
  return pdu;
}

/** 6.6 */
function writeSingleRegister(pdu: Buffer, map: RegisterMap): Buffer {
  demand(pdu.length === 5, exceptions.illegalValue);
  store(map, 'holdingRegister', pdu.readUInt16BE(1), [pdu.readUInt16BE(3)]);
  return pdu;
}

/** 6.8: of the diagnostics, "return query data" (6.8.1) alone. */
function diagnostics(pdu: Buffer): Buffer {
  demand(pdu.length === 5, exceptions.illegalValue);
  demand(pdu.readUInt16BE(1) === 0, exceptions.illegalFunction);
  return pdu;
}

/** 6.11: 1 to 0x7B0 coils. */
function writeMultipleCoils(pdu: Buffer, map: RegisterMap): Buffer {
  demand(pdu.length >= 6, exceptions.illegalValue);
  const byteCount = pdu.readUInt8(5);
  const { start, quantity } = range(pdu, 6 + byteCount, 0x7b0);
  demand(byteCount === Math.ceil(quantity / 8), exceptions.illegalValue);
  const values = Array.from({ length: quantity }, (_, i) => (pdu.readUInt8(6 + (i >> 3)) >> (i & 7)) & 1);
  store(map, 'coil', start, values);
  return pdu.subarray(0, 5);
}

/** 6.12: 1 to 0x7B registers. */
function writeMultipleRegisters(pdu: Buffer, map: RegisterMap): Buffer {
  demand(pdu.length >= 6, exceptions.illegalValue);
  const byteCount = pdu.readUInt8(5);
  const { start, quantity } = range(pdu, 6 + byteCount, 0x7b);
  demand(byteCount === 2 * quantity, exceptions.illegalValue);
  const values = Array.from({ length: quantity }, (_, i) => pdu.readUInt16BE(6 + 2 * i));
  store(map, 'holdingRegister', start, values);
  return pdu.subarray(0, 5);
}

/** Start and quantity of a request; the quantity is judged before the address (clause 6, state diagrams). */
function range(pdu: Buffer, length: number, most: number): { start: number; quantity: number } {
  demand(pdu.length === length, exceptions.illegalValue);
  const start = pdu.readUInt16BE(1);
  const quantity = pdu.readUInt16BE(3);
  demand(quantity >= 1 && quantity <= most, exceptions.illegalValue);
  demand(start + quantity <= 0x10000, exceptions.illegalAddress);
  return { start, quantity };
}

function store(map: RegisterMap, table: 'coil' | 'holdingRegister', start: number, values: readonly number[]): void {
  for (let i = 0; i < values.length; i += 1) {
    present(table === 'coil' ? map.coil(start + i) : map.holdingRegister(start + i));
  }
  demand(
    values.every((value, i) => map.accepts(table, start + i, value)),
    exceptions.illegalValue,
  );
  values.forEach((value, i) => map.write(table, start + i, value));
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal(exceptions.illegalAddress);
  return value;
}

function demand(met: boolean, code: number): void {
  if (!met) throw new Refusal(code);
}
