/** Reads an H.264 raw byte sequence payload bit by bit (ITU-T H.264 clause 7.2). */
export class BitReader {
  readonly #bytes: Uint8Array;
  /** The next bit to read. */
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  u(bits: number): number {
    let value = 0;
    for (let n = 0; n < bits; n++) {
      const byte = this.#bytes[this.position >> 3];
      if (byte === undefined) throw new RangeError('read past the end of a NAL unit');
      value = value * 2 + ((byte >> (7 - (this.position & 7))) & 1);
      this.position++;
    }
    return value;
  }

  /** An Exp-Golomb code (clause 9.1). */
  ue(): number {
    let zeros = 0;
    while (this.u(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.u(zeros);
  }

  /** The bytes that were not begun. */
  remaining(): Uint8Array {
    return this.#bytes.subarray((this.position + 7) >> 3);
  }
}

/** Writes an H.264 raw byte sequence payload bit by bit. */
export class BitWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #current = 0;
  #filled = 0;

  u(bits: number, value: number): this {
    for (let bit = bits - 1; bit >= 0; bit--) {
      this.#current = (this.#current << 1) | ((value >>> bit) & 1);
      if (++this.#filled === 8) {
        this.#reserve(1);
        this.#bytes[this.#length++] = this.#current;
        this.#current = 0;
        this.#filled = 0;
      }
    }
    return this;
  }

  /** An Exp-Golomb code (clause 9.1). */
  ue(value: number): this {
    const bits = 32 - Math.clz32(value + 1);
    return this.u(bits - 1, 0).u(bits, value + 1);
  }

  /** A signed Exp-Golomb code (clause 9.1.1). */
  se(value: number): this {
    return this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** Zero bits up to the byte's end. */
  align(): this {
    return this.u((8 - this.#filled) & 7, 0);
  }

  /** Whole bytes, at any bit position. */
  bytes(values: Uint8Array): this {
    this.#reserve(values.length);
    if (this.#filled === 0) {
      this.#bytes.set(values, this.#length);
      this.#length += values.length;
      return this;
    }
    const kept = (1 << this.#filled) - 1;
    for (const value of values) {
      const window = (this.#current << 8) | value;
      this.#bytes[this.#length++] = (window >>> this.#filled) & 0xff;
      this.#current = window & kept;
    }
    return this;
  }

  /** Copies what `reader` has not read yet. */
  rest(reader: BitReader): this {
    while (reader.position & 7) this.u(1, reader.u(1));
    return this.bytes(reader.remaining());
  }

  /** The stop bit and the zeros up to the byte's end (clause 7.3.2.11). */
  trailing(): this {
    return this.u(1, 1).align();
  }

  /** The payload; a copied one has its stop bit already, and zero bytes after that are not part of it. */
  finish(): Uint8Array {
    this.align();
    let end = this.#length;
    while (end > 0 && this.#bytes[end - 1] === 0) end--;
    return this.#bytes.subarray(0, end);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Splits a byte stream at its start codes (annex B) into NAL units. */
export function nalUnits(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  const startCode = Buffer.from([0, 0, 1]);
  let start = stream.indexOf(startCode);
  while (start !== -1) {
    const next = stream.indexOf(startCode, start + 3);
    let end = next === -1 ? stream.length : next;
    while (end > start + 3 && stream[end - 1] === 0) end--;
    units.push(stream.subarray(start + 3, end));
    start = next;
  }
  return units;
}

/** Takes the emulation prevention bytes out of a NAL unit and its header off (clause 7.3.1). */
export function payloadOf(unit: Uint8Array): Uint8Array {
  const out = new Uint8Array(unit.length - 1);
  let length = 0;
  let zeros = 0;
  for (let n = 1; n < unit.length; n++) {
    const byte = unit[n] ?? 0;
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** Makes a NAL unit of a header byte and a payload, with emulation prevention (clause 7.4.1.1). */
export function nalUnit(header: number, payload: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(2 + payload.length + (payload.length >> 1));
  out[0] = header;
  let length = 1;
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      out[length++] = 3;
      zeros = 0;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return Buffer.from(out.subarray(0, length));
}
