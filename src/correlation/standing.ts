import type { EpochMs } from '../domain/clock.ts';
import type { LocatedEvent } from '../domain/event.ts';
import { isStateChange, stateOf, withChange } from './state-changes.ts';

type Changes = readonly { readonly event: LocatedEvent }[];

/** Which states stand, or stood a moment ago, by key. It holds a few changes for each state of each point: bounded by the site. */
export class StandingStates {
  readonly #byKey = new Map<string, Map<string, Changes>>();

  /** Takes the begin or end of a state. */
  apply(keys: readonly string[], event: LocatedEvent): void {
    if (!isStateChange(event)) return;
    const state = stateOf(event);
    for (const key of keys) {
      const states = this.#byKey.get(key) ?? new Map<string, Changes>();
      this.#byKey.set(key, states);
      states.set(state, withChange(states.get(state) ?? [], { event }));
    }
  }

  /** Whether a state stood at any time from `from` to `to`. */
  stood(keys: readonly string[], from: EpochMs, to: EpochMs): boolean {
    for (const key of keys) for (const changes of this.#byKey.get(key)?.values() ?? []) if (stoodIn(changes, from, to)) return true;
    return false;
  }
}

function stoodIn(changes: Changes, from: EpochMs, to: EpochMs): boolean {
  const before = changes.findLast(({ event }) => event.eventAt <= from)?.event;
  return before?.phase === 'raised' || changes.some(({ event: { phase, eventAt } }) => phase === 'raised' && eventAt > from && eventAt <= to);
}
