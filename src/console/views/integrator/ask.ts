import { z } from 'zod';

/** What came of a request; `message` is a sentence for the integrator. */
export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const refusalSchema = z.object({ message: z.string() });

/** Asks the gateway by REST: GET, or POST where there is a body. */
export async function ask<T>(answer: z.ZodType<T>, path: string, body?: unknown): Promise<Asked<T>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      cache: 'no-store',
      ...(body !== undefined && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const json: unknown = await response.json();
    if (response.ok) return { ok: true, value: answer.parse(json) };
    const refusal = refusalSchema.safeParse(json);
    return { ok: false, message: refusal.success ? refusal.data.message : `The gateway answered with status ${response.status}.` };
  } catch (error) {
    if (error instanceof z.ZodError) return { ok: false, message: 'The gateway answered what this console does not understand: reload the page.' };
    return { ok: false, message: 'The gateway does not answer. Check the network and try again.' };
  }
}
