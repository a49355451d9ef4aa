import type { OperatorFunction } from 'rxjs';
import { filter, map } from 'rxjs';
import type { LocatedEvent } from '../../domain/event.ts';
import type { CorrelationContext } from '../context.ts';
import type { Moment } from '../moment.ts';
import type { Selector } from '../rule-schema.ts';
import { isOf, isPhase } from '../select.ts';

/** Whether an event is what the rule waits for. A state that was read on connecting is not: nobody saw it begin. */
export function isWhen(when: Selector, event: LocatedEvent, { site }: Pick<CorrelationContext, 'site'>): boolean {
  return event.initial !== true && isPhase(when.phase, event) && isOf(when, event, site);
}

/** `when` alone: every such event counts at once. */
export function begins(when: Selector, context: Pick<CorrelationContext, 'site'>): OperatorFunction<LocatedEvent, Moment> {
  return (events$) =>
    events$.pipe(
      filter((event) => isWhen(when, event, context)),
      map((event) => ({ type: 'begins', event }) as const),
    );
}
