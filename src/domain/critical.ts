import type { Incident } from './incident.ts';
import { eventKinds, kinds } from './kinds.ts';

/** Kinds of incident named like a critical kind of event: `door-forced` after `door.forced`, `panic` after `panic.alarm`. */
const criticalNames = new Set(
  eventKinds
    .filter((kind) => kinds[kind].severity === 'critical')
    .flatMap((kind) => [kind.replaceAll('.', '-'), kind.replace(/\.alarm$/, '').replaceAll('.', '-')]),
);

/** Whether incidents of this kind are critical whatever has raised them. */
export function isCriticalKind(incidentKind: string): boolean {
  return criticalNames.has(incidentKind);
}

/** Whether an incident must never be hidden or grouped: by its kind, by what raised it, or by its priority. */
export function isCritical({ kind, priority, evidence }: Pick<Incident, 'kind' | 'priority' | 'evidence'>): boolean {
  if (priority === 1 || isCriticalKind(kind)) return true;
  return evidence.some((each) => (each.role === 'lead' || each.role === 'repeat') && kinds[each.kind].severity === 'critical');
}
