import { z } from 'zod';
import type { RestAnswer } from '../rest.ts';
import { rest } from '../rest.ts';
import { fetchWithTicket } from './tickets.ts';

const exportSchema = z.object({
  id: z.string(),
  camera: z.string(),
  form: z.enum(['plain', 'marked', 'sheet']),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  progress: z.number(),
  reason: z.string().exactOptional(),
  made: z.object({ bytes: z.number(), sha256: z.string(), from: z.number() }).exactOptional(),
});
/** An export as the gateway tells it. */
export type Export = z.infer<typeof exportSchema>;

const LOOK_MS = 400;

/** @throws Error with the gateway's sentence. */
export async function startExport(wish: Readonly<Record<string, unknown>>): Promise<Export> {
  return valueOf(await rest(exportSchema, '/clips', { body: wish }));
}

/** Tells how far it is until it is over. @throws Error when the gateway does not know it any more. */
export async function followExport(begun: Export, tell: (now: Export) => void, signal: AbortSignal): Promise<Export> {
  let now = begun;
  for (;;) {
    signal.throwIfAborted();
    tell(now);
    if (now.state !== 'waiting' && now.state !== 'running') return now;
    await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS));
    now = valueOf(await rest(exportSchema, `/clips/${now.id}`));
  }
}

export async function cancelExport({ id }: Export): Promise<Export> {
  return valueOf(await rest(exportSchema, `/clips/${id}/cancel`, { body: {} }));
}

/** Hands the file to the browser, which saves it. @throws Error with a sentence. */
export async function saveExport({ id, camera, form, made }: Export): Promise<void> {
  const ending = form === 'sheet' ? 'jpg' : 'mp4';
  const response = await fetchWithTicket('clip', camera, `/api/v1/clips/${id}/${encodeURIComponent(camera)}.${ending}`);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = `${camera}-${new Date(made?.from ?? 0).toISOString().replaceAll(':', '-')}.${ending}`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function valueOf<Value>(answer: RestAnswer<Value>): Value {
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
}
