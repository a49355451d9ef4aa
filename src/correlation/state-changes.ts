import type { LocatedEvent } from '../domain/event.ts';

/** Enough to answer for a moment a few seconds ago, however the events were ordered. */
const MOST_CHANGES = 16;

/** Whether the event begins or ends a state. Only these count: momentary events have no state, and an uncertain state stays what it was. */
export function isStateChange({ phase }: LocatedEvent): boolean {
  return phase === 'raised' || phase === 'restored';
}

/** The latest begins and ends of one state, in event time, with one more; of two at the same time the one that arrived later comes later. */
export function withChange<Change extends { readonly event: LocatedEvent }>(changes: readonly Change[], change: Change): readonly Change[] {
  const kept = changes.length < MOST_CHANGES ? changes.slice() : changes.slice(1 - MOST_CHANGES);
  let index = kept.length;
  while (index > 0 && (kept[index - 1]?.event.eventAt ?? 0) > change.event.eventAt) index -= 1;
  kept.splice(index, 0, change);
  return kept;
}

/** What tells one state from another: partitions of a panel are armed one by one. */
export function stateOf({ kind, point, details }: LocatedEvent): string {
  const { partition } = details;
  return partition === undefined ? `${kind}@${point}` : `${kind}@${point}/${partition}`;
}
