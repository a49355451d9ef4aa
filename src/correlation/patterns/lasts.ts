import { Observable } from 'rxjs';
import type { OperatorFunction, Subscription } from 'rxjs';
import type { EpochMs } from '../../domain/clock.ts';
import type { LocatedEvent } from '../../domain/event.ts';
import type { CorrelationContext } from '../context.ts';
import type { Duration } from '../duration.ts';
import type { Moment } from '../moment.ts';
import type { Selector } from '../rule-schema.ts';
import { isOf } from '../select.ts';
import { isWhen } from './begins.ts';

/** One state of one point. */
interface Standing {
  readonly since: LocatedEvent;
  readonly dueAt: EpochMs;
  readonly timer: Subscription;
  concluded: boolean;
}

/**
 * A state that was raised and is not restored for as long as `howLong` says (undefined: for ever, the point has no limit).
 * Saying the same again does not start the time anew before it is up; only a restore ends it, a state that is merely uncertain goes on.
 * It concludes `lateness` after the time is up, so that a restore which is still on its way counts.
 */
export function lasts(
  when: Selector,
  howLong: (event: LocatedEvent) => Duration | undefined,
  lateness: Duration,
  { site, scheduler }: CorrelationContext,
): OperatorFunction<LocatedEvent, Moment> {
  return (events$) =>
    new Observable((subscriber) => {
      const standing = new Map<string, Standing>();
      const restoredAt = new Map<string, EpochMs>();

      const begin = (state: string, event: LocatedEvent) => {
        const duration = howLong(event);
        if (duration === undefined || standing.get(state)?.concluded === false || event.eventAt < (restoredAt.get(state) ?? -Infinity)) return;
        const dueAt = event.eventAt + duration.ms;
        const timer = scheduler.schedule(
          () => {
            const ripe = standing.get(state);
            if (ripe !== undefined) ripe.concluded = true;
            subscriber.next({ type: 'begins', event });
          },
          Math.max(dueAt + lateness.ms - scheduler.now(), 0),
        );
        standing.set(state, { since: event, dueAt, timer, concluded: false });
      };

      const end = (state: string, event: LocatedEvent) => {
        restoredAt.set(state, Math.max(event.eventAt, restoredAt.get(state) ?? -Infinity));
        const ended = standing.get(state);
        if (ended === undefined || event.eventAt < ended.since.eventAt) return;
        standing.delete(state);
        // Restored after its time was up, but known before the conclusion was drawn: it did last.
        if (!ended.concluded && event.eventAt >= ended.dueAt) subscriber.next({ type: 'begins', event: ended.since });
        if (ended.concluded && event.eventAt < ended.dueAt) subscriber.next({ type: 'taken-back', event: ended.since, because: event });
        ended.timer.unsubscribe();
      };

      const source = events$.subscribe({
        next: (event) => {
          if (!isOf(when, event, site)) return;
          const state = `${event.kind}@${event.point}`;
          if (event.phase === 'restored') end(state, event);
          else if (event.phase === 'raised' && isWhen(when, event, { site })) begin(state, event);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      return () => {
        source.unsubscribe();
        for (const { timer } of standing.values()) timer.unsubscribe();
      };
    });
}
