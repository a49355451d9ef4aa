import type { EpochMs } from '../../domain/clock.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { addChange, KEPT_AT_REST_MS, stateOf } from '../state-changes.ts';
import { UsedLately } from '../used-lately.ts';
import type { Lasting, Lasts } from './lasts.ts';

/** One state of one point. */
export class KnownState {
  /** Its begins and ends, in event time. */
  readonly changes: Seen[] = [];
  /** Of the rules that need one of the begins: few at a time. */
  readonly #lasting: Lasting[] = [];

  /** What a rule makes of it. */
  lasting(lasts: Lasts): Lasting | undefined {
    return this.#lasting.find((each) => each.of === lasts);
  }

  hold(lasting: Lasting): void {
    if (!this.#lasting.includes(lasting)) this.#lasting.push(lasting);
  }

  letGo(lasting: Lasting): void {
    const index = this.#lasting.indexOf(lasting);
    if (index >= 0) this.#lasting.splice(index, 1);
  }

  add(seen: Seen): void {
    withoutOld(this.changes, seen.event.eventAt - 2 * ALLOWED_LATENESS_MS);
    // A device may say for hours that its door is open: what it said first is when the door was opened.
    addChange(this.changes, seen, timeOf, (change) => this.#lasting.some((each) => each.needs(change)));
  }
}

/**
 * The latest begins and ends of states, for the rules that ask how long they last: what began at a point is the same for all of them, and a rule holds something of its
 * own only where it waits.
 */
export class StateMemory {
  readonly #time = { now: 0 };
  readonly #states = new UsedLately<KnownState>(KEPT_AT_REST_MS, this.#time, goesOn);
  #latest: Seen | undefined;
  #latestState: KnownState | undefined;

  /** Learns of a begin or end, which each of the rules may tell that is concerned, and returns what is known of its state. */
  learn(seen: Seen): KnownState {
    if (seen === this.#latest && this.#latestState !== undefined) return this.#latestState;
    this.#time.now = seen.arrivedAt;
    const name = stateOf(seen.event);
    let state = this.#states.get(name);
    if (state === undefined) this.#states.set(name, (state = new KnownState()));
    state.add(seen);
    this.#latest = seen;
    this.#latestState = state;
    return state;
  }
}

const timeOf = ({ event }: Seen) => event.eventAt;

/** It is not restored. */
function goesOn({ changes }: KnownState): boolean {
  return changes.at(-1)?.event.phase !== 'restored';
}

/** Lets go of the runs that ended before then: nothing that is yet to arrive can change them. */
function withoutOld(changes: Seen[], before: EpochMs): void {
  let ended = changes.length - 1;
  for (let change = changes[ended]; change !== undefined; change = changes[ended]) {
    if (change.event.phase === 'restored' && change.event.eventAt < before) break;
    ended -= 1;
  }
  if (ended >= 0) changes.splice(0, ended + 1);
}
