import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { below } from './random.ts';
import type { Random } from './random.ts';

// An input counts when it was taken in at the other end, not when it was sent. What was written to a connection that the peer has given up was not, nor was
// a datagram for which a queue had no room.

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** So many inputs are under way at once, so that a peer that waits in silence for more costs no time. */
const AT_ONCE = 32;
/** A server that says nothing for so long waits for more than it was sent. */
const SILENCE_MS = 40;
/** A server that does not end its side of a connection so long after the other was ended hangs. */
const ENDS_WITHIN_MS = 20_000;
/** So many datagrams fit the queue of a socket, however long they are. */
export const BURST = 16;

/** Does something `count` times, several at once. */
export async function severalAtOnce(count: number, once: () => Promise<void>, atOnce = AT_ONCE): Promise<void> {
  let left = count;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      await once();
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, atOnce) }, work));
}

/**
 * Delivers inputs by TCP in two pieces, each over a connection of its own whose end is the peer's: it has read everything by then, or has given up on it.
 * `first: 'answer'` ends our side only when it has answered, since an HTTP server drops the requests of a client that has ended.
 */
export function deliverByTcp(to: Address, random: Random, count: number, input: () => Buffer, first: 'end' | 'answer' = 'end'): Promise<void> {
  return severalAtOnce(count, async () => {
    const bytes = input();
    const cut = below(random, bytes.length + 1);
    const socket = await opened(to);
    const closed = new Promise<'closed'>((resolve) => socket.once('close', () => resolve('closed')));
    const answered = new Promise((resolve) => socket.once('data', resolve));
    socket.write(bytes.subarray(0, cut));
    await nextTurn();
    socket.write(bytes.subarray(cut));
    if (first === 'answer') await Promise.race([answered, closed, wait(SILENCE_MS)]);
    socket.end();
    const gaveUp = new AbortController();
    const outcome = await Promise.race([closed, wait(ENDS_WITHIN_MS, 'hangs', gaveUp)]);
    gaveUp.abort();
    socket.destroy();
    if (outcome === 'hangs') throw new Error(`a connection is not ended after ${bytes.toString('hex')}`);
  });
}

/** @throws Error when nobody accepts the connection. */
async function opened({ host, port }: Address): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  // A reset is an answer as well.
  socket.on('error', () => undefined);
  return socket;
}

/** Sends `count` datagrams, and after every few waits until `taken` finds that they were taken in. */
export async function inBursts(count: number, send: () => Promise<void>, taken: () => Promise<unknown>): Promise<void> {
  for (let sent = 0; sent < count;) {
    for (const end = Math.min(count, sent + BURST); sent < end; sent += 1) await send();
    await taken();
  }
}

/** What a socket answers to in a way that shows that it has come to that question, and so through everything before. */
export interface Question {
  readonly datagram: Buffer;
  isAnswer(bytes: Buffer): boolean;
}

/** Delivers inputs by UDP, from the address `from`. @throws Error when a question after some of them is not answered. */
export async function deliverByUdp(
  { host, port }: Address,
  count: number,
  input: () => Buffer,
  question: Question,
  from = '127.0.0.1',
): Promise<void> {
  const socket = createSocket('udp4');
  let answers = 0;
  socket.on('message', (bytes) => (answers += question.isAnswer(bytes) ? 1 : 0));
  const send = (bytes: Buffer) =>
    new Promise<void>((resolve, reject) => socket.send(bytes, port, host, (error) => (error === null ? resolve() : reject(error))));
  try {
    await new Promise<void>((resolve) => socket.bind(0, from, resolve));
    await inBursts(
      count,
      () => send(input()),
      async () => {
        const before = answers;
        await send(question.datagram);
        await until('the answer to a right question', () => answers > before);
      },
    );
  } finally {
    socket.close();
  }
}

/** Fails on an error that a peer's bytes must never cause; whoever reports a broken link throws none of these. */
export function isReported(error: unknown): void {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError || error instanceof SyntaxError) throw error;
}
