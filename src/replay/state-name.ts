import type { SecurityEvent } from '../domain/event.ts';

/** What tells one state from another: the kind and the point, and for arming the partition; `Journal.latestOfEach` groups alike. */
export function stateName({ kind, point, details }: SecurityEvent): string {
  return kind === 'panel.armed' ? `${kind} ${point} ${details['partition'] ?? ''}` : `${kind} ${point}`;
}
