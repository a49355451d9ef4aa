import type { Seen } from '../accounting.ts';
import type { Slot } from '../select.ts';

/**
 * Something that must hold of the event which would open an incident, given what else happened. The answer depends on the
 * events' own times alone, so that the order in which they arrive makes no difference once all are there.
 */
export interface Condition {
  /** Where it learns of other events. */
  readonly slots: readonly Slot[];
  holds(trigger: Seen): boolean;
  /** Under which keys the triggers stand that an event bears on. */
  keysOf(seen: Seen): readonly string[];
  /** Whether an event may change what holds of the trigger, by their times. */
  bears(trigger: Seen, seen: Seen): boolean;
  /** How long after the trigger's arrival an event may still bear on it, lateness apart. */
  readonly aheadMs: number;
  /** Events that belong to the trigger, for the evidence. */
  evidence?(trigger: Seen): readonly Seen[];
}

/** Told by a condition that it has learnt of an event. */
export type Learnt = (seen: Seen) => void;
