import { encryptBody } from './cipher.ts';
import type { AesKey } from './cipher.ts';
import { encodeBody, encodeFrame, formatStamp } from './frame.ts';
import type { Frame } from './frame.ts';

/** Tokens that answer something: never answered themselves, or two receivers would talk for ever. */
export const replyTokens: ReadonlySet<string> = new Set(['ACK', 'NAK', 'DUH', 'RSP']);

/**
 * A positive acknowledgement (ANSI/SIA DC-09-2013, 5.5.3.1): sequence, receiver, line and account as they came.
 * With `key` it is encrypted and carries the time `at`, which 5.5.3.1 demands in answer to an encrypted message.
 */
export function ack(to: Frame, at: number, key: AesKey | undefined): Buffer {
  if (key === undefined) return encodeFrame({ ...echo(to), token: 'ACK', encrypted: false, body: ']' });
  const clear = encodeBody({ data: '', extended: [], stamp: formatStamp(at) });
  return encodeFrame({ ...echo(to), token: 'ACK', encrypted: true, body: encryptBody(clear, key) });
}

/**
 * A negative acknowledgement (5.5.3.2): the time of an encrypted message was outside the window. Tells our time, so that
 * the panel can set its clock; never encrypted; its fields are fixed by the clause and echo nothing.
 */
export function nak(at: number): Buffer {
  const body = encodeBody({ data: '', extended: [], stamp: formatStamp(at) });
  return encodeFrame({ token: 'NAK', encrypted: false, sequence: '0000', receiver: '0', line: '0A0', body });
}

/** "Unable to process" (5.5.3.3): the frame is whole, but its content cannot be used. */
export function duh(to: Frame): Buffer {
  return encodeFrame({ ...echo(to), token: 'DUH', encrypted: false, body: ']' });
}

function echo({ sequence, receiver, line, account }: Frame) {
  return {
    sequence,
    ...(receiver !== undefined && { receiver }),
    ...(line !== undefined && { line }),
    ...(account !== undefined && { account }),
  };
}
