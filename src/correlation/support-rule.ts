import type { LeadFinding } from '../domain/incident.ts';
import type { LocatedEvent } from '../domain/event.ts';
import type { Seen } from './accounting.ts';
import { ALLOWED_LATENESS_MS } from './context.ts';
import { Recent } from './recent.ts';
import { keysOfAll } from './relation.ts';
import type { SupportRule } from './rule-schema.ts';
import type { Runtime } from './runtime.ts';
import type { Slot } from './select.ts';
import { happens, slot } from './select.ts';
import { words } from './template.ts';

/**
 * Pairs leads with the events that strengthen them, whichever arrives first: an event counts from `before` its lead
 * to `within` after it, in event time. An event of the lead's own kind at the lead's own point only says the same again.
 */
export class SupportRun {
  readonly slots: readonly Slot[];
  readonly #rule: SupportRule;
  readonly #runtime: Runtime;
  readonly #leads: Recent<LeadFinding>;
  readonly #events: Recent<Seen>;
  readonly #reason;

  constructor(rule: SupportRule, runtime: Runtime) {
    this.#rule = rule;
    this.#runtime = runtime;
    this.#reason = words(rule.reason);
    this.#leads = new Recent(rule.within.ms + ALLOWED_LATENESS_MS, runtime);
    // A rule that waits (`lasts`) leads long after its event: what happened meanwhile counts as well.
    this.#events = new Recent(rule.before.ms + rule.within.ms + ALLOWED_LATENESS_MS, runtime);
    const counts = happens(rule.with, runtime);
    this.slots = [
      slot(rule.id, rule.with, runtime, (seen) => {
        if (counts(seen.event)) this.#take(seen);
      }),
    ];
  }

  led(lead: LeadFinding): void {
    const keys = this.#keysOf(lead.event);
    for (const key of keys) this.#leads.add(key, lead);
    for (const seen of this.#events.of(keys)) this.#pair(lead, seen);
  }

  #take(seen: Seen): void {
    const keys = this.#keysOf(seen.event);
    for (const key of keys) this.#events.add(key, seen);
    for (const lead of this.#leads.of(keys)) this.#pair(lead, seen);
  }

  #pair(lead: LeadFinding, seen: Seen): void {
    const { event } = seen;
    const { before, within, id, raisesPriorityBy } = this.#rule;
    if (event.eventAt < lead.event.eventAt - before.ms || event.eventAt > lead.event.eventAt + within.ms) return;
    if (event.kind === lead.event.kind && event.point === lead.event.point) return;
    this.#runtime.accounting.attach(seen);
    this.#runtime.emit({
      type: 'support',
      id: `${id}:${lead.id}:${event.id}`,
      rule: id,
      incidentKey: lead.incidentKey,
      event,
      at: this.#runtime.now,
      reason: this.#reason(event, this.#runtime.site.name, { lead: lead.event }),
      raisePriorityBy: raisesPriorityBy,
    });
  }

  #keysOf(event: LocatedEvent): readonly string[] {
    return keysOfAll(event, this.#rule.by, this.#runtime.site);
  }
}
