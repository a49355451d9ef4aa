import { z } from 'zod';
import { roles } from '../domain/roles.ts';
import type { SessionState } from './desk-connection.ts';

const userSchema = z.object({ name: z.string(), role: z.enum(roles) });
const refusalSchema = z.object({ message: z.string() });

const ADDRESS = '/api/v1/session';
const DEADLINE_MS = 8_000;

/** Whether the cookie that the browser holds still stands for a session. */
export async function sessionState(): Promise<SessionState> {
  try {
    const response = await fetch(ADDRESS, { signal: AbortSignal.timeout(DEADLINE_MS), cache: 'no-store' });
    if (response.ok) return 'valid';
    return response.status === 401 ? 'signed-out' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

/** Opens a session. Resolves with a sentence for the person when it is refused, with nothing when it is open. */
export async function signIn(name: string, password: string): Promise<string | undefined> {
  try {
    const response = await fetch(ADDRESS, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password }),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok && userSchema.safeParse(body).success) return undefined;
    const refusal = refusalSchema.safeParse(body);
    return refusal.success ? refusal.data.message : `The gateway answered with status ${response.status}. Try again, or call the integrator.`;
  } catch {
    return 'The gateway does not answer. Check the network and try again.';
  }
}

export async function signOut(): Promise<void> {
  await fetch(ADDRESS, { method: 'DELETE', signal: AbortSignal.timeout(DEADLINE_MS) }).catch(() => undefined);
}
