import { Observable } from 'rxjs';
import type { OperatorFunction, Subscription } from 'rxjs';
import type { EpochMs } from '../../domain/clock.ts';
import type { LocatedEvent } from '../../domain/event.ts';
import type { CorrelationContext } from '../context.ts';
import type { Duration } from '../duration.ts';
import type { Moment } from '../moment.ts';
import type { Selector } from '../rule-schema.ts';
import { isOf } from '../select.ts';
import type { StateChanges } from '../state-changes.ts';
import { isStateChange, stateOf, withChange } from '../state-changes.ts';

/** From a begin to its restore; without `end` it goes on. */
interface Run {
  readonly begin: LocatedEvent;
  readonly end?: LocatedEvent;
}

/** What is known of one state of one point. */
interface State {
  changes: StateChanges;
  /** Begins of which the rule has said that they last. */
  readonly concluded: Set<LocatedEvent>;
  waiting?: { readonly begin: LocatedEvent; readonly timer: Subscription };
}

/**
 * A state that was raised and is not restored for as long as `howLong` says (undefined: it has no limit).
 * Saying the same again does not start the time anew before it is up; only a restore ends it, a state that is merely
 * uncertain goes on, and one that was read on connecting has no known begin. It concludes `lateness` after the time is up,
 * so that a restore which is still on its way counts; a restore that arrives later still takes the conclusion back.
 */
export function lasts(
  when: Selector,
  howLong: (event: LocatedEvent) => Duration | undefined,
  lateness: Duration,
  { site, scheduler }: CorrelationContext,
): OperatorFunction<LocatedEvent, Moment> {
  return (events$) =>
    new Observable((subscriber) => {
      const states = new Map<string, State>();

      const conclude = (state: State, begin: LocatedEvent) => {
        state.concluded.add(begin);
        subscriber.next({ type: 'begins', event: begin });
      };

      const wait = (state: State, begin: LocatedEvent, dueAt: EpochMs) => {
        const timer = scheduler.schedule(
          () => {
            delete state.waiting;
            conclude(state, begin);
          },
          Math.max(dueAt + lateness.ms - scheduler.now(), 0),
        );
        state.waiting = { begin, timer };
      };

      const judge = (state: State) => {
        const runs = runsOf(state);
        const open = runs.find(({ begin, end }) => end === undefined && !state.concluded.has(begin))?.begin;
        if (state.waiting !== undefined && state.waiting.begin !== open) {
          state.waiting.timer.unsubscribe();
          delete state.waiting;
        }
        for (const { begin, end } of runs) {
          const limit = howLong(begin);
          if (limit === undefined) continue;
          const dueAt = begin.eventAt + limit.ms;
          const concluded = state.concluded.has(begin);
          if (end === undefined) {
            if (!concluded && state.waiting === undefined) wait(state, begin, dueAt);
          } else if (end.eventAt >= dueAt) {
            if (!concluded) conclude(state, begin);
          } else if (state.concluded.delete(begin)) subscriber.next({ type: 'taken-back', event: begin, because: end });
        }
      };

      const source = events$.subscribe({
        next: (event) => {
          if (!isOf(when, event, site) || !isStateChange(event) || (event.initial === true && event.phase === 'raised')) return;
          const state = states.get(stateOf(event)) ?? { changes: [], concluded: new Set() };
          states.set(stateOf(event), state);
          state.changes = withChange(state.changes, event);
          for (const begin of state.concluded) if (!state.changes.includes(begin)) state.concluded.delete(begin);
          judge(state);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      return () => {
        source.unsubscribe();
        for (const { waiting } of states.values()) waiting?.timer.unsubscribe();
      };
    });
}

/** A raise within a run says the same again; after a conclusion it begins anew, since the restore between them went missing. */
function runsOf({ changes, concluded }: State): readonly Run[] {
  const runs: Run[] = [];
  for (const event of changes) {
    const last = runs.at(-1);
    const open = last?.end === undefined ? last : undefined;
    if (event.phase === 'raised' && (open === undefined || concluded.has(open.begin))) runs.push({ begin: event });
    if (event.phase === 'restored' && open !== undefined) runs[runs.length - 1] = { ...open, end: event };
  }
  return runs;
}
