import type { Priority } from './incident.ts';

/** How soon somebody should act on an incident of a priority. */
export interface ServiceTarget {
  readonly priority: Priority;
  readonly acknowledgeWithinMs: number;
  readonly resolveWithinMs?: number;
}

/** Somebody in the chain of command, told by a signed web hook. */
export interface Contact {
  readonly name: string;
  readonly url: string;
  /** How long to wait for an acknowledgement before the next in the chain is told. */
  readonly waitMs: number;
}

/** What happens when nobody acknowledges. */
export interface EscalationPolicy {
  readonly targets: readonly ServiceTarget[];
  readonly chain: readonly Contact[];
}
