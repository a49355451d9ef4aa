import { filter, from, merge, mergeMap, tap } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import type { LocatedEvent } from '../../domain/event.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { CorrelationContext } from '../context.ts';
import type { Moment } from '../moment.ts';
import { Recent } from '../recent.ts';
import type { Selector } from '../rule-schema.ts';
import { isOf, isPhase } from '../select.ts';

/**
 * What ends the rule's condition. Every such event is told, whether or not something began in this run of the gateway:
 * an incident may stand since before a restart. When the begin becomes known only after its end (it arrived late,
 * or was concluded late), the end is told once more after it. An end that was read on connecting is an end too.
 * `graceMs`: how long after its event a begin may be concluded.
 */
export function restored(
  restoredBy: Selector,
  moments$: Observable<Moment>,
  keyOf: (event: LocatedEvent) => string,
  graceMs: number,
  { site, scheduler }: CorrelationContext,
): OperatorFunction<LocatedEvent, LocatedEvent> {
  return (events$) => {
    const recent = new Recent<LocatedEvent>(graceMs + ALLOWED_LATENESS_MS, scheduler);
    const ends$ = events$.pipe(
      filter((event) => isPhase(restoredBy.phase, event) && isOf(restoredBy, event, site)),
      tap((event) => recent.add(keyOf(event), event)),
    );
    const endsKnownBefore$ = moments$.pipe(
      filter(({ type }) => type === 'begins'),
      mergeMap(({ event: begun }) => from(recent.of([keyOf(begun)]).filter(({ eventAt }) => eventAt >= begun.eventAt))),
    );
    return merge(ends$, endsKnownBefore$);
  };
}
