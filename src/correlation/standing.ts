import type { EpochMs } from '../domain/clock.ts';
import type { LocatedEvent } from '../domain/event.ts';

interface Change {
  readonly at: EpochMs;
  readonly raised: boolean;
  readonly event: LocatedEvent;
}

/** Enough to answer for a moment a few seconds ago, however the events were ordered. */
const MOST_CHANGES = 16;

/** Which states stand, or stood a moment ago, by key. It holds a few changes for each state of each point: bounded by the site. */
export class StandingStates {
  readonly #changes = new Map<string, Map<string, Change[]>>();

  /** Takes the begin or end of a state; an uncertain state stays what it was. Momentary events have no state. */
  apply(keys: readonly string[], event: LocatedEvent): void {
    if (event.phase !== 'raised' && event.phase !== 'restored') return;
    for (const key of keys) {
      const states = this.#changes.get(key) ?? new Map<string, Change[]>();
      this.#changes.set(key, states);
      const state = `${event.kind}@${event.point}`;
      const changes = states.get(state) ?? [];
      states.set(state, inOrder(changes, { at: event.eventAt, raised: event.phase === 'raised', event }));
    }
  }

  /** The event that raised a state which stood at any time from `from` to `to`, if there is one. */
  standing(keys: readonly string[], from: EpochMs, to: EpochMs): LocatedEvent | undefined {
    for (const key of keys) {
      for (const changes of this.#changes.get(key)?.values() ?? []) {
        const before = changes.findLast(({ at }) => at <= from);
        const found = before?.raised === true ? before : changes.find(({ at, raised }) => raised && at > from && at <= to);
        if (found !== undefined) return found.event;
      }
    }
    return undefined;
  }
}

/** Of two changes at the same time the one that arrived later comes later. */
function inOrder(changes: readonly Change[], change: Change): Change[] {
  const index = changes.findLastIndex(({ at }) => at <= change.at) + 1;
  return changes.toSpliced(index, 0, change).slice(-MOST_CHANGES);
}
