import type { EpochMs } from '../../domain/clock.ts';
import type { LocatedEvent } from '../../domain/event.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { Due, Waiting } from '../due-queue.ts';
import type { Duration } from '../duration.ts';
import type { Moment } from '../moment.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { Slot } from '../select.ts';
import { narrowing, slot, stateChanges } from '../select.ts';
import { addChange, KEPT_AT_REST_MS, stateOf } from '../state-changes.ts';
import { UsedLately } from '../used-lately.ts';

/** What is known of one state of one point. */
class State implements Waiting {
  readonly rule: string;
  readonly #lasts: Lasts;
  readonly changes: Seen[] = [];
  /** Begins of which the rule has said that they last: seldom any. */
  concluded: readonly Seen[] = [];
  waiting: { readonly begin: Seen; readonly due: Due } | undefined;

  constructor(rule: string, lasts: Lasts) {
    this.rule = rule;
    this.#lasts = lasts;
  }

  due(): void {
    this.#lasts.due(this);
  }
}

/**
 * A state that was raised and is not restored for as long as `howLong` says (undefined: it has no limit).
 * Saying the same again does not start the time anew before it is up; only a restore ends it, a state that is merely
 * uncertain goes on, and one that was read on connecting has no known begin. It concludes `lateness` after the time is up,
 * so that a restore which is still on its way counts; a restore that arrives later still takes the conclusion back.
 */
export class Lasts {
  readonly slots: readonly Slot[];
  readonly #rule: string;
  readonly #howLong: (event: LocatedEvent) => Duration | undefined;
  readonly #latenessMs: number;
  readonly #runtime: Runtime;
  readonly #tell: (moment: Moment) => void;
  readonly #states: UsedLately<State>;

  constructor(
    rule: string,
    selectors: readonly Selector[],
    howLong: (event: LocatedEvent) => Duration | undefined,
    latenessMs: number,
    runtime: Runtime,
    tell: (moment: Moment) => void,
  ) {
    this.#rule = rule;
    this.#howLong = howLong;
    this.#latenessMs = latenessMs;
    this.#runtime = runtime;
    this.#tell = tell;
    this.#states = new UsedLately(KEPT_AT_REST_MS, runtime, goesOn);
    this.slots = selectors.map((selector) => {
      const passes = narrowing(selector, runtime);
      return slot(rule, selector, runtime, (seen) => this.#take(seen, passes), stateChanges);
    });
  }

  /** What narrows the rule narrows the begin: a restore ends the state whenever it comes. */
  #take(seen: Seen, passes: (event: LocatedEvent) => boolean): void {
    const { event } = seen;
    if (event.phase === 'raised' && (event.initial === true || seen.suppressedBy !== undefined || !passes(event))) return;
    const id = stateOf(event);
    let state = this.#states.get(id);
    if (state === undefined) this.#states.set(id, (state = new State(this.#rule, this)));
    withoutOld(state.changes, event.eventAt - 2 * ALLOWED_LATENESS_MS);
    addChange(state.changes, seen, timeOf, -Infinity);
    if (state.concluded.length > 0) state.concluded = state.concluded.filter((begin) => state.changes.includes(begin));
    this.#judge(state);
  }

  /** Runs go from a begin to its restore. A raise within a run says the same again; after a conclusion it begins anew, since the restore between them went missing. */
  #judge(state: State): void {
    let begin: Seen | undefined;
    for (const seen of state.changes) {
      if (seen.event.phase === 'raised') {
        if (begin === undefined || state.concluded.includes(begin)) begin = seen;
      } else if (seen.event.phase === 'restored' && begin !== undefined) {
        this.#ended(state, begin, seen.event);
        begin = undefined;
      }
    }
    const open = begin === undefined || state.concluded.includes(begin) ? undefined : begin;
    if (state.waiting?.begin === open) return;
    if (state.waiting !== undefined) {
      this.#runtime.due.cancel(state.waiting.due);
      this.#runtime.accounting.wait(state.waiting.begin, -1);
      state.waiting = undefined;
    }
    if (open !== undefined) this.#wait(state, open);
  }

  #ended(state: State, begin: Seen, end: LocatedEvent): void {
    const limit = this.#howLong(begin.event);
    if (limit === undefined) return;
    if (end.eventAt >= begin.event.eventAt + limit.ms) {
      if (!state.concluded.includes(begin)) this.#conclude(state, begin);
    } else if (state.concluded.includes(begin)) {
      state.concluded = state.concluded.filter((each) => each !== begin);
      this.#tell({ type: 'taken-back', seen: begin, because: end });
    }
  }

  #wait(state: State, begin: Seen): void {
    const limit = this.#howLong(begin.event);
    if (limit === undefined) return;
    const { accounting, due } = this.#runtime;
    accounting.wait(begin, 1);
    state.waiting = { begin, due: due.add(begin.event.eventAt + limit.ms + this.#latenessMs, state) };
  }

  /** Its time is up. */
  due(state: State): void {
    if (state.waiting === undefined) return;
    const { begin } = state.waiting;
    this.#runtime.accounting.wait(begin, -1);
    state.waiting = undefined;
    this.#conclude(state, begin);
  }

  #conclude(state: State, begin: Seen): void {
    state.concluded = [...state.concluded, begin];
    this.#tell({ type: 'begins', seen: begin });
  }
}

const timeOf = ({ event }: Seen) => event.eventAt;

/** Restored, nothing of it is waited for. */
function goesOn({ changes }: State): boolean {
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
