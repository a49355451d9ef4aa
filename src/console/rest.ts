import { z } from 'zod';

/** What the gateway answered, or a sentence for the person. */
export type RestAnswer<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly status: number; readonly message: string };

const refusalSchema = z.object({ message: z.string() });

/** What takes longer than a dispatcher waits for is started in the background by the gateway, or asked for with a time of its own. */
const DEADLINE_MS = 15_000;

export interface RestRequest {
  /** Makes the request a POST. */
  readonly body?: unknown;
  /** After so long the person is told that nobody answers. */
  readonly deadlineMs?: number;
}

/** Asks the REST interface with the session's cookie. */
export async function rest<Value>(
  schema: z.ZodType<Value>,
  path: string,
  { body, deadlineMs = DEADLINE_MS }: RestRequest = {},
): Promise<RestAnswer<Value>> {
  let status = 0;
  try {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`/api/v1${path}`, { ...(body !== undefined && post), signal: AbortSignal.timeout(deadlineMs), cache: 'no-store' });
    status = response.status;
    const answer: unknown = await response.json();
    if (response.ok) return { ok: true, value: schema.parse(answer) };
    const refusal = refusalSchema.safeParse(answer);
    return { ok: false, status, message: refusal.success ? refusal.data.message : `The gateway answered with status ${status}.` };
  } catch (error) {
    if (error instanceof z.ZodError)
      return { ok: false, status, message: 'The gateway answered what this console does not understand: reload the page.' };
    return { ok: false, status, message: 'The gateway does not answer. Check the network and try again.' };
  }
}
