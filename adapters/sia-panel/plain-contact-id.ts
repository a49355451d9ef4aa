import { readContactId } from './content.ts';
import type { ContactId } from './content.ts';

/** A Contact ID report sent over TCP without the DC-09 envelope: `[ACCT 18QEEEGGZZZ…]`, as Climax panels and their brands (Lupus, Vesta) do. */
export interface PlainReport {
  readonly account: string;
  /** `QEEE GG ZZZ` as DC-05 has them. */
  readonly contactId: ContactId;
  /** What the characters behind the zone say about the rest. `absent`: there are none. */
  readonly check: 'right' | 'wrong' | 'absent';
}

/** The single byte that such a panel takes for "received" (ASCII ACK). */
export const plainAck = Buffer.of(0x06);

/** No account is longer than 16 characters and no check longer than four. */
export const maxPlainBytes = 64;

/** One report from its bracket to its bracket. The account is text: these panels allow names. */
const reportPattern = /^\[([^\s[\]"]{1,16}) ((?:18|98)\d[0-9A-Fa-f]{8})([0-9A-Fa-f]{4}|[0-9A-Fa-f])?\]$/;

/** Where a report stands in a stream, in front of or behind anything else. */
export const reportInStream = /\[[^\s[\]"]{1,16} (?:18|98)\d[0-9A-Fa-f]{8}(?:[0-9A-Fa-f]{4}|[0-9A-Fa-f])?\]/;

/** Reads a report with its brackets; undefined where the bytes are none. */
export function decodePlain(bytes: Uint8Array): PlainReport | undefined {
  if (bytes.length > maxPlainBytes) return undefined;
  const [, account, message, check] = reportPattern.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  const contactId = message === undefined ? undefined : readContactId(message);
  if (account === undefined || message === undefined || contactId === undefined) return undefined;
  const right =
    check === undefined
      ? undefined
      : check.length === 1
        ? digitIsRight(account, message, check)
        : fletcher(`${account} ${message}`) === check.toUpperCase();
  return { account, contactId, check: right === undefined ? 'absent' : right ? 'right' : 'wrong' };
}

/** The report's block as an ADM-CID message carries it. */
export function blockOf({ qualifier, event, partition, zone }: ContactId): string {
  return `${qualifier}${event} ${partition} ${zone}`;
}

/**
 * The check digit of SIA DC-05: all digits together, the check digit included, are divisible by 15; a zero counts ten.
 * An account that is a name has no digits, and some senders leave the account out: then the rest alone must fit.
 */
function digitIsRight(account: string, message: string, check: string): boolean {
  // A check digit of 15 is sent as F; a sender that writes 0 means the same remainder.
  const rest = digitSum(message) + (check === '0' ? 15 : parseInt(check, 16));
  const withAccount = /^[0-9A-Fa-f]+$/.test(account) ? rest + digitSum(account) : rest;
  return withAccount % 15 === 0 || rest % 15 === 0;
}

function digitSum(digits: string): number {
  return Array.from(digits).reduce((sum, digit) => sum + (digit === '0' ? 10 : parseInt(digit, 16)), 0);
}

/** Fletcher's checksum with two eight-bit sums over account, space and message, as four digits: the sum of sums first. */
function fletcher(text: string): string {
  let sum = 0;
  let sumOfSums = 0;
  for (const byte of Buffer.from(text, 'latin1')) {
    sum = (sum + byte) & 0xff;
    sumOfSums = (sumOfSums + sum) & 0xff;
  }
  return ((sumOfSums << 8) | sum).toString(16).toUpperCase().padStart(4, '0');
}
