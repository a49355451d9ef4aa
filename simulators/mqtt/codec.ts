// MQTT Version 3.1.1, OASIS Standard, 29 October 2014. Written from its text; QoS 2 is left out.

/** Control packet types, 2.2.1. */
export const type = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

/** A control packet, its fixed header taken off (2.2). */
export interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

export interface Publication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface ConnectRequest {
  readonly clientId: string;
  readonly cleanSession: boolean;
  readonly keepAliveSeconds: number;
  readonly username?: string;
  readonly password?: string;
  readonly will?: Publication;
}

/** 2.2.3: seven bits in each byte, the least significant first; at most four bytes. */
function remainingLength(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** 1.5.3: UTF-8 with its length in two bytes before it; binary fields look the same. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function packet(kind: number, flags: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([(kind << 4) | flags]), remainingLength(body.length), body]);
}

const number = (value: number) => Buffer.from([value >> 8, value & 0xff]);

/** Takes the whole packets off the front of a stream. @throws Error when the length is not as 2.2.3 allows. */
export function split(stream: Buffer): { readonly packets: readonly Packet[]; readonly rest: Buffer } {
  const packets: Packet[] = [];
  let at = 0;
  for (;;) {
    let length = 0;
    let header = 1;
    for (let more = true; more; header += 1) {
      const byte = stream[at + header];
      if (byte === undefined) return { packets, rest: stream.subarray(at) };
      length += (byte & 0x7f) * 128 ** (header - 1);
      more = byte >= 0x80;
      if (more && header === 4) throw new Error('the remaining length has more than four bytes (2.2.3)');
    }
    const end = at + header + length;
    if (end > stream.length) return { packets, rest: stream.subarray(at) };
    const first = stream.readUInt8(at);
    packets.push({ type: first >> 4, flags: first & 0x0f, body: stream.subarray(at + header, end) });
    at = end;
  }
}

/** Reads the fields of a packet's body from front to back. @throws RangeError at its end. */
class Fields {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#body.length;
  }

  byte(): number {
    const value = this.#body.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  number(): number {
    const value = this.#body.readUInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  binary(): Buffer {
    const length = this.number();
    if (this.#at + length > this.#body.length) throw new RangeError('a field is longer than its packet');
    this.#at += length;
    return this.#body.subarray(this.#at - length, this.#at);
  }

  text = (): string => this.binary().toString('utf8');
  rest = (): Buffer => this.#body.subarray(this.#at);
}

/** CONNECT, 3.1. @throws Error when it is of another protocol or level. */
export function readConnect({ body }: Packet): ConnectRequest {
  const fields = new Fields(body);
  const protocol = fields.text();
  const level = fields.byte();
  if (protocol !== 'MQTT' || level !== 4) throw new Error(`protocol ${protocol} level ${level} is not MQTT 3.1.1`);
  const flags = fields.byte();
  const keepAliveSeconds = fields.number();
  const clientId = fields.text();
  // 3.1.3: will topic, will message, user name and password follow in this order, each if its flag is set.
  const will =
    (flags & 0x04) === 0
      ? undefined
      : {
          topic: fields.text(),
          payload: Buffer.from(fields.binary()),
          qos: ((flags >> 3) & 3) === 0 ? (0 as const) : (1 as const),
          retain: (flags & 0x20) !== 0,
        };
  const username = (flags & 0x80) === 0 ? undefined : fields.text();
  const password = (flags & 0x40) === 0 ? undefined : fields.text();
  return {
    clientId,
    cleanSession: (flags & 0x02) !== 0,
    keepAliveSeconds,
    ...(will && { will }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

export function connect({ clientId, cleanSession, keepAliveSeconds, username, password, will }: ConnectRequest): Buffer {
  const flags =
    (cleanSession ? 0x02 : 0) |
    (will ? 0x04 | (will.qos << 3) | (will.retain ? 0x20 : 0) : 0) |
    (password === undefined ? 0 : 0x40) |
    (username === undefined ? 0 : 0x80);
  return packet(
    type.connect,
    0,
    field('MQTT'),
    Buffer.from([4, flags]),
    number(keepAliveSeconds),
    field(clientId),
    ...(will ? [field(will.topic), field(will.payload)] : []),
    ...(username === undefined ? [] : [field(username)]),
    ...(password === undefined ? [] : [field(password)]),
  );
}

/** CONNACK, 3.2; `code` 0 accepts, 4 is a wrong password, 5 not authorised. */
export const connack = (sessionPresent: boolean, code: number): Buffer => packet(type.connack, 0, Buffer.from([sessionPresent ? 1 : 0, code]));
export const readConnack = ({ body }: Packet): number => body.readUInt8(1);

/** PUBLISH, 3.3; `id` with QoS 1 only. */
export function publish({ topic, payload, qos, retain }: Publication, id: number, duplicate: boolean): Buffer {
  const flags = (duplicate ? 0x08 : 0) | (qos << 1) | (retain ? 1 : 0);
  return packet(type.publish, flags, field(topic), ...(qos === 0 ? [] : [number(id)]), payload);
}

/** @throws Error for QoS 2, which is not spoken here. */
export function readPublish({ flags, body }: Packet): Publication & { readonly id?: number } {
  const qos = (flags >> 1) & 3;
  if (qos > 1) throw new Error(`QoS ${qos} is not spoken`);
  const fields = new Fields(body);
  const topic = fields.text();
  const id = qos === 0 ? undefined : fields.number();
  return { topic, qos: qos as 0 | 1, retain: (flags & 1) !== 0, payload: Buffer.from(fields.rest()), ...(id !== undefined && { id }) };
}

/** PUBACK, 3.4. */
export const puback = (id: number): Buffer => packet(type.puback, 0, number(id));
/** The packet identifier that PUBACK, SUBACK, SUBSCRIBE and UNSUBSCRIBE begin with (2.3.1). */
export const readId = ({ body }: Packet): number => body.readUInt16BE(0);

/** SUBSCRIBE, 3.8: filters with the QoS asked for. */
export function readSubscribe({ body }: Packet): {
  readonly id: number;
  readonly filters: readonly { readonly filter: string; readonly qos: number }[];
} {
  const fields = new Fields(body);
  const id = fields.number();
  const filters: { filter: string; qos: number }[] = [];
  while (!fields.isAtEnd) filters.push({ filter: fields.text(), qos: fields.byte() & 3 });
  return { id, filters };
}

/** SUBACK, 3.9: the QoS granted for each filter, or 0x80. */
export const suback = (id: number, granted: readonly number[]): Buffer => packet(type.suback, 0, number(id), Buffer.from(granted));

/** UNSUBSCRIBE, 3.10. */
export function readUnsubscribe({ body }: Packet): { readonly id: number; readonly filters: readonly string[] } {
  const fields = new Fields(body);
  const id = fields.number();
  const filters: string[] = [];
  while (!fields.isAtEnd) filters.push(fields.text());
  return { id, filters };
}

export const unsuback = (id: number): Buffer => packet(type.unsuback, 0, number(id));
export const pingreq = (): Buffer => packet(type.pingreq, 0);
export const pingresp = (): Buffer => packet(type.pingresp, 0);
export const disconnect = (): Buffer => packet(type.disconnect, 0);

/** Whether a topic filter matches a topic, 4.7. */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  // A regular expression made of the filter: each level literal, + one level, /# the parent and all below it.
  const pattern = filter
    .split('/')
    .map((level) => (level === '+' ? '[^/]*' : level === '#' ? '.*' : level.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
    .join('/')
    .replace(/\/\.\*$/, '(/.*)?');
  return new RegExp(`^${pattern}$`, 's').test(topic);
}
