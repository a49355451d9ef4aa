import { connect, map, merge, share } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import type { LocatedEvent } from '../domain/event.ts';
import type { LeadFinding, RestoreFinding } from '../domain/incident.ts';
import type { CorrelationContext } from './context.ts';
import type { Duration } from './duration.ts';
import type { Moment } from './moment.ts';
import { begins } from './patterns/begins.ts';
import { lasts } from './patterns/lasts.ts';
import { restored } from './patterns/restored.ts';
import { unless } from './patterns/unless.ts';
import { incidentKey } from './relation.ts';
import { HELD_AFTER } from './rule-schema.ts';
import type { LeadRule } from './rule-schema.ts';
import { interval, render } from './template.ts';

/** A rule that opens incidents: its pattern, and what ends it, as findings. */
export function leadRule(rule: LeadRule, context: CorrelationContext): OperatorFunction<LocatedEvent, LeadFinding | RestoreFinding> {
  const keyOf = (event: LocatedEvent) => incidentKey(rule.opens.incident, event);
  const graceMs = rule.unless === undefined ? 0 : rule.lateness.ms;
  return connect((events$) => {
    const moments$ = events$.pipe(patternOf(rule, context), share());
    const findings$: Observable<LeadFinding | RestoreFinding> = moments$.pipe(
      map((moment) => (moment.type === 'begins' ? leadFinding(rule, moment.event, context) : takenBack(rule, moment, context))),
    );
    if (rule.restoredBy === undefined) return findings$;
    return merge(
      findings$,
      events$.pipe(
        restored(rule.restoredBy, moments$, keyOf, graceMs, context),
        map((event) => restoreFinding(rule, event, context)),
      ),
    );
  });
}

function patternOf(rule: LeadRule, context: CorrelationContext): OperatorFunction<LocatedEvent, Moment> {
  if (rule.unless !== undefined) return unless(rule.when, rule.unless, rule.lateness, context);
  if (rule.lasts !== undefined) return lasts(rule.when, (event) => howLong(rule, event, context), rule.lateness, context);
  return begins(rule.when, context);
}

function howLong({ lasts: time }: LeadRule, { place, point }: LocatedEvent, { site }: CorrelationContext): Duration | undefined {
  if (time !== HELD_AFTER) return time;
  const seconds = site.heldAfterSeconds(place.door ?? point);
  return seconds === undefined ? undefined : { ms: seconds * 1000 };
}

function leadFinding(rule: LeadRule, event: LocatedEvent, context: CorrelationContext): LeadFinding {
  const hold = howLong(rule, event, context);
  const filling = hold === undefined ? {} : { seconds: hold.ms / 1000 };
  return {
    ...common(rule, event, context),
    type: 'lead',
    id: `${rule.id}:${event.id}`,
    incidentKind: rule.opens.incident,
    title: render(rule.title, event, context.site.name, filling),
    priority: rule.opens.priority,
    reason: render(rule.opens.reason, event, context.site.name, filling),
  };
}

function restoreFinding(rule: LeadRule, event: LocatedEvent, context: CorrelationContext): RestoreFinding {
  return {
    ...common(rule, event, context),
    type: 'restore',
    id: `${rule.id}:${event.id}`,
    resolves: rule.resolves,
    reason: render('{point} {words}', event, context.site.name),
  };
}

/** What nobody had to act on is over by itself: taking back always resolves. */
function takenBack(rule: LeadRule, { event, because }: Extract<Moment, { type: 'taken-back' }>, context: CorrelationContext): RestoreFinding {
  const explanation = render('{point} {words}', because, context.site.name);
  return {
    ...common(rule, event, context),
    type: 'restore',
    id: `${rule.id}:${event.id}:${because.id}`,
    resolves: true,
    reason: `Taken back: ${explanation} ${interval(because.eventAt - event.eventAt)}, which was told late`,
  };
}

function common(rule: LeadRule, event: LocatedEvent, { scheduler }: CorrelationContext) {
  return { rule: rule.id, incidentKey: incidentKey(rule.opens.incident, event), event, at: scheduler.now() };
}
