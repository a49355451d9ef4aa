import { defer, filter, ignoreElements, map, merge, share, Subject, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import type { LocatedEvent } from '../domain/event.ts';
import type { Finding, SupportFinding } from '../domain/incident.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { CorrelationContext } from './context.ts';
import { leadRule } from './lead-rule.ts';
import type { Support } from './patterns/support.ts';
import { support } from './patterns/support.ts';
import type { Rule, SupportRule } from './rule-schema.ts';
import { isLeadRule, kindsOf } from './rule-schema.ts';
import { render } from './template.ts';

/**
 * Turns events into findings: leads at once, then what strengthens or ends them. Windows count in event time; an event that
 * arrives up to 5 s late leads to the same findings or takes back what was concluded without it. The findings of an event are
 * emitted before `next` of the event returns, except those that its rule lets wait (`lateness`, `lasts`).
 *
 * What rules remember is in memory. After a restart feed the latest state of each point with `initial: true`, then the
 * journal's last minutes: findings made again keep their ids, and the incident book knows them.
 */
export function correlate(events$: Observable<LocatedEvent>, rules: readonly Rule[], context: CorrelationContext): Observable<Finding> {
  return defer(() => {
    const inputs = new InputsByKind();
    const opening = rules.filter(isLeadRule).map((rule) => inputs.of(kindsOf(rule)).pipe(leadRule(rule, context)));
    const opened$ = merge(...opening).pipe(share());
    const leads$ = opened$.pipe(filter((finding) => finding.type === 'lead'));
    const strengthened = rules
      .filter((rule): rule is SupportRule => !isLeadRule(rule))
      .map((rule) =>
        inputs.of(kindsOf(rule)).pipe(
          support(rule, leads$, context),
          map((found) => supportFinding(rule, found, context)),
        ),
      );
    // Subscribed last, when every rule listens; rules that lead come before those that strengthen.
    const drive$ = events$.pipe(tap(inputs), ignoreElements());
    return merge(opened$, ...strengthened, drive$);
  });
}

function supportFinding(rule: SupportRule, { lead, event }: Support, { site, scheduler }: CorrelationContext): SupportFinding {
  return {
    type: 'support',
    id: `${rule.id}:${lead.id}:${event.id}`,
    rule: rule.id,
    incidentKey: lead.incidentKey,
    event,
    at: scheduler.now(),
    reason: render(rule.reason, event, site.name, { lead: lead.event }),
    raisePriorityBy: rule.raisesPriorityBy,
  };
}

/** Hands each event to the rules that look at its kind, and to no other. */
class InputsByKind {
  readonly #all: Subject<LocatedEvent>[] = [];
  readonly #byKind = new Map<EventKind, Subject<LocatedEvent>[]>();

  of(kinds: readonly EventKind[]): Observable<LocatedEvent> {
    const input = new Subject<LocatedEvent>();
    this.#all.push(input);
    for (const kind of kinds) this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), input]);
    return input;
  }

  next = (event: LocatedEvent): void => {
    for (const input of this.#byKind.get(event.kind) ?? []) input.next(event);
  };

  error = (error: unknown): void => {
    for (const input of this.#all) input.error(error);
  };

  complete = (): void => {
    for (const input of this.#all) input.complete();
  };
}
