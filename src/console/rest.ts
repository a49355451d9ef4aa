import type { z } from 'zod';

/** What the gateway answered, or a sentence for the person. */
export type RestAnswer<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly status: number; readonly message: string };

const DEADLINE_MS = 15_000;

/** Asks the REST interface with the session's cookie; `body` makes it a POST. */
export async function rest<Value>(path: string, schema: z.ZodType<Value>, body?: unknown): Promise<RestAnswer<Value>> {
  try {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`/api/v1${path}`, { ...(body !== undefined && post), signal: AbortSignal.timeout(DEADLINE_MS), cache: 'no-store' });
    const answer = (await response.json()) as { message?: string };
    if (response.ok) return { ok: true, value: schema.parse(answer) };
    return { ok: false, status: response.status, message: answer.message ?? `The gateway answered with status ${response.status}.` };
  } catch {
    return { ok: false, status: 0, message: 'The gateway does not answer. Check the network and try again.' };
  }
}
