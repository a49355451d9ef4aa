import { z } from 'zod';
import { rest } from '../rest.ts';

const answerSchema = z.object({ tickets: z.array(z.object({ camera: z.string(), ticket: z.string() })) });

type Purpose = 'video' | 'picture' | 'clip';

interface Asked {
  readonly camera: string;
  readonly answer: (ticket: string | undefined) => void;
}

const MOST_AT_ONCE = 64;
/** Well within the time that the gateway gives them. */
const KEPT_MS = 20_000;
/** What came with incidents and was not used yet. */
let kept: { readonly camera: string; readonly ticket: string; readonly untilMs: number }[] = [];
const waiting = new Map<Purpose, Asked[]>();

/** Keeps what came unasked, for the tiles that are about to be shown. */
export function keepTickets(tickets: readonly { readonly camera: string; readonly ticket: string }[]): void {
  const now = performance.now();
  kept = [...kept.filter(({ untilMs }) => untilMs > now), ...tickets.map((each) => ({ ...each, untilMs: now + KEPT_MS }))];
}

/** A ticket that admits to one camera once; undefined when the gateway gives none. What many tiles ask for in one turn is one request. */
export function ticketFor(purpose: Purpose, camera: string): Promise<string | undefined> {
  const ready = purpose === 'video' ? kept.find((each) => each.camera === camera && each.untilMs > performance.now()) : undefined;
  if (ready !== undefined) {
    kept = kept.filter((each) => each !== ready);
    return Promise.resolve(ready.ticket);
  }
  return new Promise((answer) => {
    const asked = waiting.get(purpose);
    if (asked !== undefined && asked.length < MOST_AT_ONCE) return void asked.push({ camera, answer });
    const batch: Asked[] = [{ camera, answer }];
    waiting.set(purpose, batch);
    queueMicrotask(() => void ask(purpose, batch));
  });
}

async function ask(purpose: Purpose, batch: readonly Asked[]): Promise<void> {
  if (waiting.get(purpose) === batch) waiting.delete(purpose);
  const given = await rest(answerSchema, '/tickets', { body: { purpose, cameras: batch.map(({ camera }) => camera) } });
  batch.forEach(({ answer }, index) => answer(given.ok ? given.value.tickets[index]?.ticket : undefined));
}

/** Fetches what is only given for a ticket. @throws Error with a sentence for the person. */
export async function fetchWithTicket(purpose: Purpose, camera: string, path: string, signal?: AbortSignal): Promise<Response> {
  const ticket = await ticketFor(purpose, camera);
  const response = await fetch(path, {
    cache: 'no-store',
    headers: ticket === undefined ? {} : { 'sallyport-ticket': ticket },
    ...(signal && { signal }),
  });
  if (response.ok) return response;
  const refusal = z.object({ message: z.string() }).safeParse(await response.json().catch(() => undefined));
  throw new Error(refusal.success ? refusal.data.message : `The gateway answered with status ${response.status}.`);
}
