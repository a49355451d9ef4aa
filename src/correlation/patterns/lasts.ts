import type { EpochMs } from '../../domain/clock.ts';
import type { LocatedEvent } from '../../domain/event.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { Due } from '../due-queue.ts';
import type { Duration } from '../duration.ts';
import type { Moment } from '../moment.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { Slot } from '../select.ts';
import { narrowing, slot, stateChanges } from '../select.ts';
import { stateOf, withChange } from '../state-changes.ts';

/** From a begin to its restore; without `end` it goes on. */
interface Run {
  readonly begin: Seen;
  end: LocatedEvent | undefined;
}

/** What is known of one state of one point. */
interface State {
  changes: readonly Seen[];
  /** Begins of which the rule has said that they last. */
  readonly concluded: Set<Seen>;
  waiting: { readonly begin: Seen; readonly due: Due } | undefined;
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
  readonly #states = new Map<string, State>();

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
    const state = this.#states.get(id) ?? { changes: [], concluded: new Set<Seen>(), waiting: undefined };
    this.#states.set(id, state);
    state.changes = withChange(withoutOld(state.changes, event.eventAt - 2 * ALLOWED_LATENESS_MS), seen, timeOf, -Infinity);
    for (const begin of state.concluded) if (!state.changes.includes(begin)) state.concluded.delete(begin);
    this.#judge(state);
  }

  #judge(state: State): void {
    const runs = runsOf(state);
    const open = runs.find(({ begin, end }) => end === undefined && !state.concluded.has(begin))?.begin;
    if (state.waiting !== undefined && state.waiting.begin !== open) {
      this.#runtime.due.cancel(state.waiting.due);
      this.#runtime.accounting.wait(state.waiting.begin, -1);
      state.waiting = undefined;
    }
    for (const { begin, end } of runs) {
      const limit = this.#howLong(begin.event);
      if (limit === undefined) continue;
      const dueAt = begin.event.eventAt + limit.ms;
      const concluded = state.concluded.has(begin);
      if (end === undefined) {
        if (!concluded && state.waiting === undefined) this.#wait(state, begin, dueAt);
      } else if (end.eventAt >= dueAt) {
        if (!concluded) this.#conclude(state, begin);
      } else if (state.concluded.delete(begin)) this.#tell({ type: 'taken-back', seen: begin, because: end });
    }
  }

  #wait(state: State, begin: Seen, dueAt: EpochMs): void {
    const { accounting, due } = this.#runtime;
    accounting.wait(begin, 1);
    state.waiting = {
      begin,
      due: due.add(dueAt + this.#latenessMs, this.#rule, () => {
        accounting.wait(begin, -1);
        state.waiting = undefined;
        this.#conclude(state, begin);
      }),
    };
  }

  #conclude(state: State, begin: Seen): void {
    state.concluded.add(begin);
    this.#tell({ type: 'begins', seen: begin });
  }
}

const timeOf = ({ event }: Seen) => event.eventAt;

/** Without the runs that ended before then: nothing that is yet to arrive can change them. */
function withoutOld(changes: readonly Seen[], before: EpochMs): readonly Seen[] {
  const ended = changes.findLastIndex(({ event }) => event.phase === 'restored' && event.eventAt < before);
  return ended === -1 ? changes : changes.slice(ended + 1);
}

/** A raise within a run says the same again; after a conclusion it begins anew, since the restore between them went missing. */
function runsOf({ changes, concluded }: State): readonly Run[] {
  const runs: Run[] = [];
  for (const seen of changes) {
    const last = runs.at(-1);
    const open = last?.end === undefined ? last : undefined;
    if (seen.event.phase === 'raised' && (open === undefined || concluded.has(open.begin))) runs.push({ begin: seen, end: undefined });
    if (seen.event.phase === 'restored' && open !== undefined) open.end = seen.event;
  }
  return runs;
}
