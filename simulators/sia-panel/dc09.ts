import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { dataOf } from './content.ts';
import { quirks } from './quirks.ts';
import type { Quirks } from './quirks.ts';

// The sender's half of ANSI/SIA DC-09-2013, written from its text: what a panel must build (5.5.1, 5.5.2) and what it must check in an answer (5.5.3).

export interface PanelIdentity {
  readonly account: string;
  readonly receiver: string;
  readonly line: string;
}

/** A panel that does all as the standard says. */
const conforming = quirks.read([]);

/** A message as the panel keeps it until it is acknowledged. */
export interface Report {
  readonly token: 'SIA-DCS' | 'ADM-CID' | 'NULL';
  /** Four digits. */
  readonly sequence: string;
  /** What stands inside the first brackets after `#account|`; empty for NULL. */
  readonly content: string;
  /** When it happened, by the panel's clock; sent as `[H…]`. */
  readonly occurredAt?: Date;
}

export type Answer =
  | { readonly type: 'ACK' | 'DUH'; readonly sequence: string }
  | { readonly type: 'NAK'; readonly receiverTime: string }
  | { readonly type: 'invalid'; readonly why: string };

/** The table of CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, least significant bit first (5.5.1.2). */
const crcTable = Uint16Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  return value;
});

export function crcOf(text: string): number {
  let crc = 0x0000;
  for (const byte of Buffer.from(text, 'latin1')) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

/** GMT to the second, as `_HH:MM:SS,MM-DD-YYYY` (5.5.1.8). */
export function timeStamp(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  return `_${time},${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}-${at.getUTCFullYear()}`;
}

/** The key as typed into the panel: 16, 24 or 32 characters, or `hex:` and digits. @throws where it is neither. */
export function keyBytes(typed: string): Buffer {
  const key = typed.startsWith('hex:') ? Buffer.from(typed.slice(4), 'hex') : Buffer.from(typed, 'latin1');
  if (![16, 24, 32].includes(key.length)) throw new Error('option "key": an AES key has 16, 24 or 32 bytes');
  return key;
}

/** The whole frame, LF to CR, stamped with the time of sending. */
export function buildFrame(report: Report, identity: PanelIdentity, sentAt: Date, key?: Buffer, manners: Quirks = conforming): Buffer {
  const occurrence = report.occurredAt === undefined || manners.occurrence === 'absent' ? '' : `[H${timeStamp(report.occurredAt).slice(1)}]`;
  const stamp = manners.timeStamp === 'absent' && key === undefined ? '' : timeStamp(sentAt);
  const tail = `${dataOf(report, identity.account, manners)}]${occurrence}${manners.furtherBlocks}${stamp}`;
  const token = `"${key === undefined ? '' : '*'}${report.token}"`;
  const header = `${token}${report.sequence}R${identity.receiver}L${identity.line}#${identity.account}[`;
  return envelop(header + (key === undefined ? tail : encrypted(`|${tail}`, key)), manners);
}

/** Checks an answer's length, CRC and, where it is encrypted, that our key opens it. */
export function readAnswer(bytes: Buffer, key?: Buffer): Answer {
  const text = bytes.toString('latin1');
  const parts = /^\n([0-9A-F]{4})(0[0-9A-F]{3})("(\*?)(ACK|NAK|DUH)"(\d{4})[^[]*\[(.*))\r$/s.exec(text);
  if (parts === null) return { type: 'invalid', why: 'not the shape of an answer' };
  const [, crc = '', length = '', message = '', asterisk = '', token = '', sequence = '', body = ''] = parts;
  if (parseInt(crc, 16) !== crcOf(message)) return { type: 'invalid', why: 'wrong CRC' };
  if (parseInt(length, 16) !== message.length) return { type: 'invalid', why: 'wrong length' };
  if (token === 'NAK') {
    const receiverTime = /^\]_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4})$/.exec(body)?.[1];
    return receiverTime === undefined ? { type: 'invalid', why: 'a NAK without a time stamp (5.5.3.2)' } : { type: 'NAK', receiverTime };
  }
  if (asterisk === '*' && (key === undefined || !/\]_\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}$/.test(decrypted(body, key)))) {
    return { type: 'invalid', why: 'an encrypted answer that our key does not open' };
  }
  // 5.5.3.1: an encrypted message has an encrypted ACK; one in clear could be anybody's.
  if (token === 'ACK' && key !== undefined && asterisk === '') return { type: 'invalid', why: 'an ACK in clear to an encrypted message' };
  return { type: token as 'ACK' | 'DUH', sequence };
}

function envelop(message: string, { hexLetters, lengthDigits }: Quirks): Buffer {
  const cased = (digits: string) => (hexLetters === 'lower' ? digits : digits.toUpperCase());
  const digits = (value: number, base: number) => cased(value.toString(base).padStart(4, '0'));
  const length = digits(message.length, lengthDigits === 'decimal' ? 10 : 16);
  return Buffer.from(`\n${digits(crcOf(message), 16)}${length}${message}\r`, 'latin1');
}

/** AES-CBC from a vector of zeros, with pseudo-random padding in front of the first bar (5.4). */
function encrypted(clear: string, key: Buffer): string {
  let padding = '';
  while ((padding.length + clear.length) % 16 !== 0 || padding === '') padding += String.fromCharCode(0x30 + ((randomBytes(1)[0] ?? 0) % 10));
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16));
  cipher.setAutoPadding(false);
  return (cipher.update(padding + clear, 'latin1', 'hex') + cipher.final('hex')).toUpperCase();
}

function decrypted(body: string, key: Buffer): string {
  if (body.length === 0 || body.length % 32 !== 0) return '';
  const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16));
  decipher.setAutoPadding(false);
  return decipher.update(body, 'hex', 'latin1') + decipher.final('latin1');
}
