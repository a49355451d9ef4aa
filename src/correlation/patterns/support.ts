import { Observable } from 'rxjs';
import type { OperatorFunction } from 'rxjs';
import type { LocatedEvent } from '../../domain/event.ts';
import type { LeadFinding } from '../../domain/incident.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { CorrelationContext } from '../context.ts';
import { Recent } from '../recent.ts';
import { keysOf } from '../relation.ts';
import type { SupportRule } from '../rule-schema.ts';
import { isOf, isPhase } from '../select.ts';

/** An event that strengthens the incident of a lead. */
export interface Support {
  readonly lead: LeadFinding;
  readonly event: LocatedEvent;
}

type SupportPattern = Pick<SupportRule, 'strengthens' | 'with' | 'by' | 'within' | 'before'>;

/**
 * Pairs leads with the events that strengthen them, whichever arrives first: an event counts from `before` its lead
 * to `within` after it, in event time. An event of the lead's own kind at the lead's own point only says the same again.
 */
export function support(
  pattern: SupportPattern,
  leads$: Observable<LeadFinding>,
  { site, scheduler }: CorrelationContext,
): OperatorFunction<LocatedEvent, Support> {
  return (events$) =>
    new Observable((subscriber) => {
      const leads = new Recent<LeadFinding>(pattern.within.ms + ALLOWED_LATENESS_MS, scheduler);
      // A rule that waits (`lasts`) leads long after its event: what happened meanwhile counts as well.
      const events = new Recent<LocatedEvent>(pattern.before.ms + pattern.within.ms + ALLOWED_LATENESS_MS, scheduler);
      const selector = { event: pattern.with };

      const belongs = ({ event: lead }: LeadFinding, event: LocatedEvent) =>
        event.eventAt >= lead.eventAt - pattern.before.ms &&
        event.eventAt <= lead.eventAt + pattern.within.ms &&
        !(event.kind === lead.kind && event.point === lead.point);

      const subscription = leads$.subscribe((lead) => {
        if (!pattern.strengthens.includes(lead.incidentKind)) return;
        const keys = keysOf(lead.event, pattern.by);
        for (const key of keys) leads.add(key, lead);
        for (const event of events.of(keys)) if (belongs(lead, event)) subscriber.next({ lead, event });
      });
      subscription.add(
        events$.subscribe({
          next: (event) => {
            if (event.initial === true || !isPhase('raised', event) || !isOf(selector, event, site)) return;
            const keys = keysOf(event, pattern.by);
            for (const key of keys) events.add(key, event);
            for (const lead of leads.of(keys)) if (belongs(lead, event)) subscriber.next({ lead, event });
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
      return subscription;
    });
}
