/** One DC-09 message without its envelope (ANSI/SIA DC-09-2013, 5.5.1). */
export interface Frame {
  /** The ID token without its asterisk: SIA-DCS, ADM-CID, NULL, ACK, NAK, DUH, ... */
  readonly token: string;
  /** Whether the token carried an asterisk (5.4): `body` is then cipher text in hexadecimal. */
  readonly encrypted: boolean;
  /** Four decimal digits (5.5.1.5), echoed as they came. */
  readonly sequence: string;
  /** The digits after R; absent when the panel sent none, and then absent in the answer as well. */
  readonly receiver?: string;
  /** The digits after L. Seen empty (`L#1234`), which is not the same as absent. */
  readonly line?: string;
  /** The characters after #. */
  readonly account?: string;
  /** Everything after the first opening bracket. */
  readonly body: string;
}

/** What the envelope said, against what was counted. */
export interface Envelope {
  readonly crcField: string;
  readonly crcComputed: string;
  readonly crcValid: boolean;
  readonly lengthField: string;
  readonly lengthComputed: string;
  /** `decimal` is a quirk of real panels: 0047 for 47 bytes instead of 002F. */
  readonly lengthForm: 'hexadecimal' | 'decimal' | 'wrong';
}

export type Decoded =
  { readonly outcome: 'frame'; readonly frame: Frame; readonly envelope: Envelope } | { readonly outcome: 'malformed'; readonly reason: string };

/** What stands inside the brackets, and after them. */
export interface Body {
  /** The first block, without brackets. */
  readonly data: string;
  /** Optional extended data blocks, without brackets: `X…`, `M…`, `H…`. */
  readonly extended: readonly string[];
  /** `HH:MM:SS,MM-DD-YYYY`, by the panel's clock in GMT (5.5.1.8). */
  readonly stamp?: string;
}

/** The longest frame there can be: the length is three hexadecimal digits (0LLL), plus LF, CRC, length and CR. */
export const maxFrameBytes = 0xfff + 10;

const envelopePattern = /^([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})(".*)$/s;
const headerPattern = /^"(\*?)([A-Z][A-Z0-9-]{0,31})"(\d{4})(?:R([0-9A-Fa-f]{0,6}))?(?:L([0-9A-Fa-f]{0,6}))?(?:#([0-9A-Za-z]{1,16}))?\[(.*)$/s;
const bodyPattern = /^([^\]]*)\]((?:\[[^\]]*\])*)(?:_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}))?$/s;
const stampPattern = /^(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})$/;

/** CRC-16/ARC (5.5.1.2: polynomial 0xA001 reflected, start 0) as four hexadecimal digits. */
export function crc16(bytes: Uint8Array): string {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return hex4(crc);
}

/**
 * Reads one frame. LF in front and CR behind are optional, since the stream splitter takes them off.
 * A wrong CRC or length is not malformed here: the envelope tells, and the caller decides.
 */
export function decodeFrame(bytes: Uint8Array): Decoded {
  if (bytes.length > maxFrameBytes) return { outcome: 'malformed', reason: `longer than ${maxFrameBytes} bytes` };
  // latin1 keeps every byte: panels send text in several code pages.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').replace(/^\n/, '').replace(/\r$/, '');
  const [, crcField, lengthField, message] = envelopePattern.exec(text) ?? [];
  if (crcField === undefined || lengthField === undefined || message === undefined) {
    return { outcome: 'malformed', reason: 'no DC-09 envelope (CRC, length, quoted token)' };
  }
  const [, asterisk, token, sequence, receiver, line, account, body] = headerPattern.exec(message) ?? [];
  if (token === undefined || sequence === undefined || body === undefined) {
    return { outcome: 'malformed', reason: 'no DC-09 header (token, sequence, line, account, bracket)' };
  }
  const frame: Frame = {
    token,
    encrypted: asterisk === '*',
    sequence,
    ...(receiver !== undefined && { receiver }),
    ...(line !== undefined && { line }),
    ...(account !== undefined && { account }),
    body,
  };
  return { outcome: 'frame', frame, envelope: compare(crcField, lengthField, Buffer.from(message, 'latin1')) };
}

/** The bytes of a frame, with LF, CRC, length and CR. */
export function encodeFrame(frame: Frame): Buffer {
  const { token, encrypted, sequence, receiver, line, account, body } = frame;
  const message = [
    `"${encrypted ? '*' : ''}${token}"${sequence}`,
    receiver === undefined ? '' : `R${receiver}`,
    line === undefined ? '' : `L${line}`,
    account === undefined ? '' : `#${account}`,
    `[${body}`,
  ].join('');
  const bytes = Buffer.from(message, 'latin1');
  return Buffer.from(`\n${crc16(bytes)}${hex4(bytes.length)}${message}\r`, 'latin1');
}

/** Reads a body in clear. Undefined where brackets or time stamp are not as 5.5.1 has them. */
export function decodeBody(body: string): Body | undefined {
  const [, data, blocks, stamp] = bodyPattern.exec(body) ?? [];
  if (data === undefined) return undefined;
  const extended = blocks ? blocks.slice(1, -1).split('][') : [];
  return { data, extended, ...(stamp !== undefined && { stamp }) };
}

/** The text of a body in clear, from after the first bracket to the end of the message. */
export function encodeBody({ data, extended, stamp }: Body): string {
  return `${data}]${extended.map((block) => `[${block}]`).join('')}${stamp === undefined ? '' : `_${stamp}`}`;
}

/** Milliseconds since 1970 of a time stamp; undefined where no such day or hour exists (a panel that lost its clock). */
export function parseStamp(stamp: string): number | undefined {
  const [, ...fields] = stampPattern.exec(stamp) ?? [];
  const [hour = 24, minute = 0, second = 0, month = 0, day = 0, year = 0] = fields.map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  return formatStamp(at) === stamp ? at : undefined;
}

/** The time stamp of a moment, in GMT to the second, without its underscore (5.5.1.8). */
export function formatStamp(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${time.slice(0, 8)},${month}-${day}-${year}`;
}

function compare(crcField: string, lengthField: string, message: Uint8Array): Envelope {
  const crcComputed = crc16(message);
  const lengthComputed = hex4(message.length);
  return {
    crcField,
    crcComputed,
    crcValid: crcField.toUpperCase() === crcComputed,
    lengthField,
    lengthComputed,
    lengthForm: lengthField.toUpperCase() === lengthComputed ? 'hexadecimal' : Number(lengthField) === message.length ? 'decimal' : 'wrong',
  };
}

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}
