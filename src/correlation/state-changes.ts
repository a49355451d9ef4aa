import type { LocatedEvent } from '../domain/event.ts';

/** Enough to answer for a moment a few seconds ago, however the events were ordered. */
const MOST_CHANGES = 16;

/**
 * The latest begins and ends of one state of one point, in event time; of two at the same time the one that arrived later comes later.
 * Only these two count: momentary events have no state, and an uncertain state stays what it was.
 */
export type StateChanges = readonly LocatedEvent[];

/** Whether the event begins or ends a state. */
export function isStateChange({ phase }: LocatedEvent): boolean {
  return phase === 'raised' || phase === 'restored';
}

export function withChange(changes: StateChanges, event: LocatedEvent): StateChanges {
  const index = changes.findLastIndex(({ eventAt }) => eventAt <= event.eventAt) + 1;
  return changes.toSpliced(index, 0, event).slice(-MOST_CHANGES);
}

/** What tells one state from another. */
export function stateOf({ kind, point }: LocatedEvent): string {
  return `${kind}@${point}`;
}
