import type { LeadFinding } from '../domain/incident.ts';
import type { LocatedEvent } from '../domain/event.ts';
import type { Seen } from './accounting.ts';
import { ALLOWED_LATENESS_MS } from './context.ts';
import type { EventKeys } from './event-keys.ts';
import type { Memory } from './patterns/memory.ts';
import { Recent } from './recent.ts';
import type { SupportRule } from './rule-schema.ts';
import type { Runtime } from './runtime.ts';
import type { Slot } from './select.ts';
import { at, happening } from './select.ts';
import { words } from './template.ts';

/**
 * One event strengthens at most so many incidents that the rule has strengthened before, the most urgent and then the newest: in a flood its evidence
 * would be everywhere, and say nothing. The first support of a rule is never left out: it alone moves the priority, which must not depend on the order of arrival.
 */
const MOST_INCIDENTS = 8;
/** One lead takes at most so many of the events before it, the latest: they count for the priority once. */
const MOST_EVENTS = 20;

/**
 * Pairs leads with the events that strengthen them, whichever arrives first: an event counts from `before` its lead
 * to `within` after it, in event time. An event of the lead's own kind at the lead's own point only says the same again.
 */
export class SupportRun {
  readonly slots: readonly Slot[];
  readonly #rule: SupportRule;
  readonly #runtime: Runtime;
  readonly #keys: EventKeys;
  readonly #leads: Recent<LeadFinding>;
  readonly #events: Memory;
  readonly #isThere: (event: LocatedEvent) => boolean;
  readonly #strengthened = new WeakSet<LeadFinding>();
  readonly #reason;

  constructor(rule: SupportRule, runtime: Runtime) {
    this.#rule = rule;
    this.#runtime = runtime;
    this.#keys = runtime.memories.keys(rule.by, runtime);
    this.#reason = words(rule.reason);
    this.#leads = new Recent(rule.within.ms + ALLOWED_LATENESS_MS, runtime, ({ at }) => at);
    this.#events = runtime.memories.of(rule.id, rule.with, rule.by, 'events', runtime);
    this.#events.keepFor(rule.before.ms + rule.within.ms);
    this.#isThere = at(rule.with);
    this.slots = [happening(rule.id, rule.with, runtime, (seen) => this.#take(seen))];
  }

  led(lead: LeadFinding): void {
    const keys = this.#keys.of(lead.event);
    for (const key of keys) this.#leads.add(key, lead);
    const fitting = this.#events.of(keys).filter((seen) => this.#fits(lead, seen));
    for (const seen of latest(fitting)) this.#strengthen(lead, seen);
  }

  #take(seen: Seen): void {
    const leads = this.#leads.of(this.#keys.of(seen.event));
    if (leads.length === 0) return;
    const fitting = leads.filter((lead) => this.#fits(lead, seen));
    const ofEach = [...new Map(fitting.map((lead) => [lead.incidentKey, lead])).values()];
    const again = mostRelevant(ofEach.filter((lead) => this.#strengthened.has(lead)));
    for (const lead of [...ofEach.filter((each) => !this.#strengthened.has(each)), ...again]) this.#strengthen(lead, seen);
  }

  #fits({ event: lead }: LeadFinding, { event }: Seen): boolean {
    const { before, within } = this.#rule;
    if (event.eventAt < lead.eventAt - before.ms || event.eventAt > lead.eventAt + within.ms) return false;
    return (event.kind !== lead.kind || event.point !== lead.point) && this.#isThere(event);
  }

  #strengthen(lead: LeadFinding, seen: Seen): void {
    const { event } = seen;
    const { id, raisesPriorityBy } = this.#rule;
    this.#strengthened.add(lead);
    this.#runtime.accounting.attach(seen);
    this.#runtime.emit({
      type: 'support',
      // By the incident, not by the lead: whichever of its leads came first, it is the same evidence.
      id: `${id}:${lead.incidentKey}:${event.id}`,
      rule: id,
      incidentKey: lead.incidentKey,
      event,
      at: this.#runtime.now,
      reason: this.#reason(event, this.#runtime.site.name, { lead: lead.event }),
      raisePriorityBy: raisesPriorityBy,
    });
  }
}

function mostRelevant(leads: readonly LeadFinding[]): readonly LeadFinding[] {
  if (leads.length <= MOST_INCIDENTS) return leads;
  return leads.toSorted((a, b) => a.priority - b.priority || b.event.eventAt - a.event.eventAt).slice(0, MOST_INCIDENTS);
}

function latest(events: readonly Seen[]): readonly Seen[] {
  if (events.length <= MOST_EVENTS) return events;
  return events.toSorted((a, b) => a.event.eventAt - b.event.eventAt).slice(-MOST_EVENTS);
}
