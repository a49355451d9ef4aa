import type { EpochMs } from '../domain/clock.ts';
import type { LocatedEvent } from '../domain/event.ts';
import { ALLOWED_LATENESS_MS } from './context.ts';

/**
 * What is known of a state is forgotten when it rests for so long, far longer than an event may be late: what is told then of a time before the rest is taken for
 * news. A site has many doors, and few of them move at a time.
 */
export const KEPT_AT_REST_MS = 12 * ALLOWED_LATENESS_MS;

/** Enough for a state that chatters: of the past that may still be asked for, its latest changes. */
const MOST_CHANGES = 16;

/**
 * The begins and ends of one state, in event time, get one more; of two at the same time the one that arrived later comes later. Those for which there is no room
 * are let go, the oldest first: what is `needed` only where all the rest is.
 */
export function addChange<Change>(
  changes: Change[],
  change: Change,
  timeOf: (change: Change) => EpochMs,
  needed: (change: Change) => boolean = () => false,
): void {
  const at = timeOf(change);
  let index = changes.length;
  for (let before = changes[index - 1]; before !== undefined && timeOf(before) > at; before = changes[index - 1]) index -= 1;
  if (index === changes.length) changes.push(change);
  else changes.splice(index, 0, change);
  if (changes.length <= MOST_CHANGES) return;
  // The change itself stays: it may be the end of all that is needed.
  const spare = changes.findIndex((each) => each !== change && !needed(each));
  changes.splice(Math.max(spare, 0), 1);
}

let latest: LocatedEvent | undefined;
let latestState = '';

/**
 * What tells one state from another: partitions of a panel are armed one by one, and that a camera says that it has no signal is not the same as that no picture
 * comes from it. That of the latest event, which several rules ask for, is kept.
 */
export function stateOf(event: LocatedEvent): string {
  if (event === latest) return latestState;
  const { kind, point, details } = event;
  const part = kind === 'video.lost' ? details['cause'] : details['partition'];
  latest = event;
  latestState = part === undefined ? `${kind}@${point}` : `${kind}@${point}/${part}`;
  return latestState;
}
