import type { LogEntry, Priority } from './incident.ts';

/** How soon somebody should act on an incident of a priority. */
export interface ServiceTarget {
  readonly priority: Priority;
  readonly acknowledgeWithinMs: number;
  readonly resolveWithinMs?: number;
}

/** Somebody in the chain of command. */
export interface Contact {
  readonly name: string;
  /** How long to wait for an acknowledgement before the next in the chain is told. */
  readonly waitMs: number;
}

/** What happens when nobody acknowledges. */
export interface EscalationPolicy {
  readonly targets: readonly ServiceTarget[];
  readonly chain: readonly Contact[];
}

const REMINDER = 'reminds';

/** What the log says when the time to acknowledge is over. */
export function reminderWords(seconds: number): string {
  return `${REMINDER}: nobody has acknowledged it within ${seconds} s`;
}

/** Whether a line of an incident's log is such a reminder. What people write stands in a line's note. */
export function isReminder({ what }: LogEntry): boolean {
  return what.startsWith(`${REMINDER}:`);
}

/** How the connection to a mail server is protected: TLS from the start (RFC 8314), by STARTTLS and never without (RFC 3207), or not at all. */
export const tlsModes = ['tls', 'starttls', 'none'] as const;
export type TlsMode = (typeof tlsModes)[number];
