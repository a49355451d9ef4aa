import type { LocatedEvent } from '../../domain/event.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { Recent } from '../recent.ts';
import type { LeadRule } from '../rule-schema.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { Slot } from '../select.ts';
import { isPhase, narrowing, slot } from '../select.ts';
import { words } from '../template.ts';

/**
 * What ends the rule's condition. The first end at each point is told whether or not something began in this run of the gateway:
 * an incident may stand since before a restart. After that an end is told when something has begun since the last one.
 * When the begin becomes known only after its end (it arrived late, or was concluded late), the end is told once more after it.
 * An end that was read on connecting is an end too.
 */
export class Restores {
  readonly slots: readonly Slot[];
  readonly #rule: LeadRule;
  readonly #runtime: Runtime;
  readonly #keyOf: (event: LocatedEvent) => string;
  readonly #recent: Recent<Seen>;
  /** By key: the points at which all is over, and how often something began since. */
  readonly #over = new Map<string, { readonly points: Set<string>; begun: boolean }>();
  readonly #reason = words('{point} {words}');

  /** `graceMs`: how long after its event a begin may be concluded. */
  constructor(rule: LeadRule, restoredBy: Selector, graceMs: number, runtime: Runtime, keyOf: (event: LocatedEvent) => string) {
    this.#rule = rule;
    this.#runtime = runtime;
    this.#keyOf = keyOf;
    this.#recent = new Recent(graceMs + ALLOWED_LATENESS_MS, runtime);
    const passes = narrowing(restoredBy, runtime);
    this.slots = [
      slot(rule.id, restoredBy, runtime, (seen) => {
        if (isPhase(restoredBy.phase, seen.event) && passes(seen.event)) this.#ended(seen);
      }),
    ];
  }

  /** Something began: its end is awaited, or known already. */
  begun(event: LocatedEvent): void {
    const key = this.#keyOf(event);
    this.#over.set(key, { points: new Set(), begun: true });
    for (const seen of this.#recent.of([key])) if (seen.event.eventAt >= event.eventAt) this.#tell(seen, key);
  }

  #ended(seen: Seen): void {
    const key = this.#keyOf(seen.event);
    this.#recent.add(key, seen);
    const over = this.#over.get(key) ?? { points: new Set(), begun: false };
    if (over.points.has(seen.event.point)) return;
    over.points.add(seen.event.point);
    this.#over.set(key, over);
    if (over.begun) this.#runtime.accounting.attach(seen);
    this.#tell(seen, key);
  }

  #tell({ event }: Seen, incidentKey: string): void {
    this.#runtime.emit({
      type: 'restore',
      id: `${this.#rule.id}:${event.id}`,
      rule: this.#rule.id,
      incidentKey,
      event,
      at: this.#runtime.now,
      resolves: this.#rule.resolves,
      reason: this.#reason(event, this.#runtime.site.name),
    });
  }
}
