/** The encoding of BACnet data (ASHRAE 135-2020, clause 20.2): tags and the values that they hold. */

export interface ObjectId {
  readonly type: number;
  readonly instance: number;
}

/** A value with an application tag (clause 20.2.1.4). */
export type Value =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'unsigned'; readonly value: number }
  | { readonly type: 'signed'; readonly value: number }
  | { readonly type: 'real'; readonly value: number }
  | { readonly type: 'octets'; readonly value: Buffer }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'bits'; readonly value: readonly boolean[] }
  | { readonly type: 'enumerated'; readonly value: number }
  | { readonly type: 'date'; readonly year: number; readonly month: number; readonly day: number; readonly weekday: number }
  | { readonly type: 'time'; readonly hour: number; readonly minute: number; readonly second: number; readonly hundredths: number }
  | { readonly type: 'object'; readonly value: ObjectId };

/** What stands between two tags: an application value, a context-tagged primitive, or a pair of opening and closing tags. */
export type Element =
  | Value
  | { readonly type: 'context'; readonly tag: number; readonly content: Buffer }
  | { readonly type: 'constructed'; readonly tag: number; readonly elements: readonly Element[] };

/** The bytes break the rules of clause 20.2. */
export class MalformedEncoding extends Error {
  override readonly name = 'MalformedEncoding';
}

const tagNumbers = {
  null: 0,
  boolean: 1,
  unsigned: 2,
  signed: 3,
  real: 4,
  octets: 6,
  text: 7,
  bits: 8,
  enumerated: 9,
  date: 10,
  time: 11,
  object: 12,
};
const deepestNesting = 16;

export function encodeElements(elements: readonly Element[]): Buffer {
  return Buffer.concat(elements.map(encodeElement));
}

function encodeElement(element: Element): Buffer {
  if (element.type === 'context') return Buffer.concat([tag(element.tag, true, element.content.length), element.content]);
  if (element.type === 'constructed') {
    return Buffer.concat([bracket(element.tag, 6), encodeElements(element.elements), bracket(element.tag, 7)]);
  }
  // Clause 20.2.3: a Boolean with an application tag has its value where others have their length.
  if (element.type === 'boolean') return tag(tagNumbers.boolean, false, element.value ? 1 : 0);
  const content = encodeContent(element);
  return Buffer.concat([tag(tagNumbers[element.type], false, content.length), content]);
}

function encodeContent(value: Exclude<Value, { type: 'boolean' }>): Buffer {
  switch (value.type) {
    case 'null':
      return Buffer.alloc(0);
    case 'unsigned':
    case 'enumerated':
      return unsignedContent(value.value);
    case 'signed':
      return signedContent(value.value);
    case 'real': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value.value);
      return bytes;
    }
    case 'octets':
      return value.value;
    case 'text':
      return Buffer.concat([Buffer.of(0), Buffer.from(value.value, 'utf8')]);
    case 'bits':
      return bitsContent(value.value);
    case 'date':
      return Buffer.of(value.year - 1900, value.month, value.day, value.weekday);
    case 'time':
      return Buffer.of(value.hour, value.minute, value.second, value.hundredths);
    case 'object':
      return objectContent(value.value);
  }
}

/** The shortest big-endian form (clause 20.2.4). */
export function unsignedContent(value: number): Buffer {
  const length = value < 0x100 ? 1 : value < 0x1_0000 ? 2 : value < 0x100_0000 ? 3 : 4;
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

function signedContent(value: number): Buffer {
  const length = [1, 2, 3].find((octets) => value >= -(2 ** (8 * octets - 1)) && value < 2 ** (8 * octets - 1)) ?? 4;
  const bytes = Buffer.alloc(length);
  bytes.writeIntBE(value, 0, length);
  return bytes;
}

/** Clause 20.2.10: the count of unused bits, then the bits, first bit highest. */
function bitsContent(bits: readonly boolean[]): Buffer {
  const bytes = Buffer.alloc(1 + Math.ceil(bits.length / 8));
  bytes[0] = (bytes.length - 1) * 8 - bits.length;
  bits.forEach((bit, index) => {
    const at = 1 + (index >> 3);
    if (bit) bytes[at] = (bytes[at] ?? 0) | (0x80 >> (index & 7));
  });
  return bytes;
}

/** Clause 20.2.14: ten bits of type, twenty-two of instance. */
export function objectContent({ type, instance }: ObjectId): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(type * 0x40_0000 + instance);
  return bytes;
}

export function readUnsigned(content: Buffer): number {
  if (content.length < 1 || content.length > 4) throw new MalformedEncoding(`an unsigned value has ${content.length} octets`);
  return content.readUIntBE(0, content.length);
}

function readSigned(content: Buffer): number {
  if (content.length < 1 || content.length > 4) throw new MalformedEncoding(`a signed value has ${content.length} octets`);
  return content.readIntBE(0, content.length);
}

export function readObject(content: Buffer): ObjectId {
  if (content.length !== 4) throw new MalformedEncoding(`an object identifier has ${content.length} octets`);
  const bits = content.readUInt32BE(0);
  return { type: Math.floor(bits / 0x40_0000), instance: bits % 0x40_0000 };
}

/** Clause 20.2.1: number in the high nibble (or the next octet), class bit, length in the low three bits (or the next octets). */
function tag(number: number, context: boolean, length: number): Buffer {
  const extendedNumber = number > 14 ? [number] : [];
  const first = (Math.min(number, 15) << 4) | (context ? 8 : 0);
  if (length < 5) return Buffer.of(first | length, ...extendedNumber);
  if (length < 254) return Buffer.of(first | 5, ...extendedNumber, length);
  return Buffer.of(first | 5, ...extendedNumber, 254, length >> 8, length & 0xff);
}

function bracket(number: number, kind: 6 | 7): Buffer {
  return number > 14 ? Buffer.of(0xf8 | kind, number) : Buffer.of((number << 4) | 8 | kind);
}

/** @throws MalformedEncoding where a tag, a length or a bracket does not fit. */
export function decodeElements(bytes: Buffer): Element[] {
  const reader = { bytes, at: 0 };
  return readUntil(reader, undefined, 0);
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

function readUntil(reader: Reader, closing: number | undefined, depth: number): Element[] {
  if (depth > deepestNesting) throw new MalformedEncoding('brackets are nested too deeply');
  const elements: Element[] = [];
  while (reader.at < reader.bytes.length) {
    const first = octet(reader);
    const context = (first & 8) !== 0;
    const number = first >> 4 === 15 ? octet(reader) : first >> 4;
    const kind = first & 7;
    if (context && kind === 7) {
      if (number !== closing) throw new MalformedEncoding(`closing tag ${number} closes nothing`);
      return elements;
    }
    if (context && kind === 6) {
      elements.push({ type: 'constructed', tag: number, elements: readUntil(reader, number, depth + 1) });
    } else if (context) {
      elements.push({ type: 'context', tag: number, content: take(reader, contentLength(reader, kind)) });
    } else {
      elements.push(readValue(reader, number, kind));
    }
  }
  if (closing !== undefined) throw new MalformedEncoding(`closing tag ${closing} is missing`);
  return elements;
}

function octet(reader: Reader): number {
  const value = reader.bytes[reader.at++];
  if (value === undefined) throw new MalformedEncoding('the data ends within a tag');
  return value;
}

function take(reader: Reader, length: number): Buffer {
  const end = reader.at + length;
  if (end > reader.bytes.length) throw new MalformedEncoding('the data ends within a value');
  const content = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return content;
}

function contentLength(reader: Reader, kind: number): number {
  if (kind < 5) return kind;
  if (kind > 5) throw new MalformedEncoding('an application tag has the form of a bracket');
  const length = octet(reader);
  if (length < 254) return length;
  if (length === 254) return (octet(reader) << 8) | octet(reader);
  throw new MalformedEncoding('a value is longer than any frame');
}

function readValue(reader: Reader, number: number, kind: number): Value {
  if (number === tagNumbers.boolean) return { type: 'boolean', value: kind === 1 };
  const content = take(reader, contentLength(reader, kind));
  const decode = decoders[number];
  if (decode === undefined) throw new MalformedEncoding(`application tag ${number} is not used here`);
  return decode(content);
}

const decoders: Readonly<Record<number, (content: Buffer) => Value>> = {
  0: () => ({ type: 'null' }),
  2: (content) => ({ type: 'unsigned', value: readUnsigned(content) }),
  3: (content) => ({ type: 'signed', value: readSigned(content) }),
  4: (content) => ({ type: 'real', value: exactly(content, 4).readFloatBE(0) }),
  6: (content) => ({ type: 'octets', value: content }),
  7: (content) => ({ type: 'text', value: content.toString('utf8', 1) }),
  8: (content) => ({ type: 'bits', value: readBits(content) }),
  9: (content) => ({ type: 'enumerated', value: readUnsigned(content) }),
  10: (content) => {
    const [year = 0, month = 0, day = 0, weekday = 0] = exactly(content, 4);
    return { type: 'date', year: year + 1900, month, day, weekday };
  },
  11: (content) => {
    const [hour = 0, minute = 0, second = 0, hundredths = 0] = exactly(content, 4);
    return { type: 'time', hour, minute, second, hundredths };
  },
  12: (content) => ({ type: 'object', value: readObject(content) }),
};

function exactly(content: Buffer, length: number): Buffer {
  if (content.length !== length) throw new MalformedEncoding(`a value has ${content.length} octets instead of ${length}`);
  return content;
}

function readBits(content: Buffer): boolean[] {
  const [unused = 0, ...octets] = content;
  const count = octets.length * 8 - unused;
  if (content.length === 0 || unused > 7 || count < 0) throw new MalformedEncoding('a bit string has a wrong count of unused bits');
  return Array.from({ length: count }, (_, index) => ((octets[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0);
}
