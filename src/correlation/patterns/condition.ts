import type { Seen } from '../accounting.ts';
import type { Slot } from '../select.ts';
import type { Watcher } from './watchers.ts';

/**
 * Something that must hold of the event which would open an incident, given what else happened. The answer depends on the
 * events' own times alone, so that the order in which they arrive makes no difference once all are there.
 */
export interface Condition {
  /** Where it learns of other events, unless by a memory that rules share. */
  readonly slots: readonly Slot[];
  holds(trigger: Seen): boolean;
  /** Tells the watcher each event that may change what holds of its trigger, from now on for `waitMs` and as long as events may be late. */
  watch(watcher: Watcher, waitMs: number): void;
  /** Whether an event may change what holds of the trigger, by their times. */
  bears(trigger: Seen, seen: Seen): boolean;
  /** Events that belong to the trigger, for the evidence. */
  evidence?(trigger: Seen): readonly Seen[];
}
