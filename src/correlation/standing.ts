import type { EpochMs } from '../domain/clock.ts';
import type { LocatedEvent } from '../domain/event.ts';
import { addChange, KEPT_AT_REST_MS, stateOf } from './state-changes.ts';
import { UsedLately } from './used-lately.ts';

/** A begin or end of a state. */
interface Change {
  readonly at: EpochMs;
  readonly begins: boolean;
}

const timeOf = ({ at }: Change) => at;

/** Which states stand, or stood a moment ago, by key. It holds a few changes for each state that stands or did of late. */
export class StandingStates {
  readonly #time: { readonly now: EpochMs };
  readonly #byKey: UsedLately<Map<string, Change[]>>;
  #keepMs = 0;

  constructor(time: { readonly now: EpochMs }) {
    this.#time = time;
    this.#byKey = new UsedLately(KEPT_AT_REST_MS, time, anyStands);
  }

  /** How the states stood is known for at least so long. */
  keepFor(ms: number): void {
    this.#keepMs = Math.max(this.#keepMs, ms);
    this.#byKey.keepFor(ms);
  }

  /** Takes the begin or end of a state. */
  apply(keys: readonly string[], event: LocatedEvent): void {
    const state = stateOf(event);
    const change: Change = { at: event.eventAt, begins: event.phase === 'raised' };
    const since = this.#time.now - this.#keepMs;
    for (const key of keys) {
      let states = this.#byKey.get(key);
      if (states === undefined) this.#byKey.set(key, (states = new Map<string, Change[]>()));
      const changes = states.get(state);
      if (changes === undefined) states.set(state, [change]);
      else {
        addChange(changes, change, timeOf);
        withoutOld(changes, since);
      }
    }
  }

  /** Whether a state stood at any time from `from` to `to`. */
  stood(keys: readonly string[], from: EpochMs, to: EpochMs): boolean {
    for (const key of keys) for (const changes of this.#byKey.get(key)?.values() ?? none) if (stoodIn(changes, from, to)) return true;
    return false;
  }
}

const none: readonly never[] = [];

/** Of what happened before then, which nobody asks for any more, the last change is kept: it says how the state stood. */
function withoutOld(changes: Change[], before: EpochMs): void {
  let first = 0;
  for (let next = changes[1]; next !== undefined && next.at < before; next = changes[first + 1]) first += 1;
  if (first > 0) changes.splice(0, first);
}

function anyStands(states: Map<string, Change[]>): boolean {
  for (const changes of states.values()) if (changes.at(-1)?.begins === true) return true;
  return false;
}

function stoodIn(changes: readonly Change[], from: EpochMs, to: EpochMs): boolean {
  const before = changes.findLast(({ at }) => at <= from);
  return before?.begins === true || changes.some(({ begins, at }) => begins && at > from && at <= to);
}
