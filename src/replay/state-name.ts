import type { SecurityEvent } from '../domain/event.ts';
import { ownerOf } from '../intake/point-states.ts';

/** What tells one state from another: its kind, and whose it is. */
export function stateName(event: SecurityEvent): string {
  return `${event.kind} ${ownerOf(event)}`;
}
