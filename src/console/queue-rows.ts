import { isCritical } from '../domain/critical.ts';
import type { Incident } from '../domain/incident.ts';

/** A line of the queue: one incident, or in a flood several of one kind that are not critical. */
export type QueueRow =
  | { readonly type: 'incident'; readonly incident: Incident }
  | { readonly type: 'group'; readonly kind: string; readonly incidents: readonly [Incident, ...Incident[]]; readonly unfolded: boolean };

/**
 * The rows of the queue. In a flood what is not critical is grouped by its kind, so that what is critical is not lost among it.
 * @param open most urgent first; the rows keep that order. @param singly never grouped: what is in focus, or waits for it.
 */
export function queueRows(
  open: readonly Incident[],
  flood: boolean,
  unfolded: ReadonlySet<string>,
  singly: readonly (string | undefined)[],
): readonly QueueRow[] {
  const single = (incident: Incident): QueueRow => ({ type: 'incident', incident });
  if (!flood) return open.map(single);
  const groups = new Map<string, Incident[]>();
  for (const incident of open)
    if (!isCritical(incident) && !singly.includes(incident.id)) groups.set(incident.kind, [...(groups.get(incident.kind) ?? []), incident]);
  return open.flatMap((incident): QueueRow[] => {
    const [first, ...rest] = (groups.get(incident.kind) ?? []).includes(incident) ? (groups.get(incident.kind) ?? []) : [];
    if (first === undefined || rest.length === 0) return [single(incident)];
    const isUnfolded = unfolded.has(incident.kind);
    const members = isUnfolded ? [single(incident)] : [];
    return incident === first ? [{ type: 'group', kind: incident.kind, incidents: [first, ...rest], unfolded: isUnfolded }, ...members] : members;
  });
}
