import type { EpochMs } from '../domain/clock.ts';
import type { LocatedEvent } from '../domain/event.ts';
import type { StateChanges } from './state-changes.ts';
import { isStateChange, stateOf, withChange } from './state-changes.ts';

/** Which states stand, or stood a moment ago, by key. It holds a few changes for each state of each point: bounded by the site. */
export class StandingStates {
  readonly #byKey = new Map<string, Map<string, StateChanges>>();

  /** Takes the begin or end of a state. */
  apply(keys: readonly string[], event: LocatedEvent): void {
    if (!isStateChange(event)) return;
    for (const key of keys) {
      const states = this.#byKey.get(key) ?? new Map<string, StateChanges>();
      this.#byKey.set(key, states);
      states.set(stateOf(event), withChange(states.get(stateOf(event)) ?? [], event));
    }
  }

  /** Whether a state stood at any time from `from` to `to`. */
  stood(keys: readonly string[], from: EpochMs, to: EpochMs): boolean {
    return keys.some((key) => [...(this.#byKey.get(key)?.values() ?? [])].some((changes) => stoodIn(changes, from, to)));
  }
}

function stoodIn(changes: StateChanges, from: EpochMs, to: EpochMs): boolean {
  const before = changes.findLast(({ eventAt }) => eventAt <= from);
  return before?.phase === 'raised' || changes.some(({ phase, eventAt }) => phase === 'raised' && eventAt > from && eventAt <= to);
}
