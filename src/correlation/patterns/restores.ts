import type { EpochMs } from '../../domain/clock.ts';
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
  /** By key: when the latest began, if anything has, and the points at which it is over since. */
  readonly #over = new Map<string, { readonly begunAt: EpochMs | undefined; readonly points: Set<string> }>();
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
    const begunAt = Math.max(event.eventAt, this.#over.get(key)?.begunAt ?? event.eventAt);
    this.#over.set(key, { begunAt, points: new Set() });
    for (const seen of this.#recent.of([key])) if (seen.event.eventAt >= event.eventAt) this.#tell(seen, key);
  }

  #ended(seen: Seen): void {
    const key = this.#keyOf(seen.event);
    this.#recent.add(key, seen);
    const over = this.#over.get(key) ?? { begunAt: undefined, points: new Set<string>() };
    if (over.points.has(seen.event.point)) return;
    // An end that was told late may lie before the latest begin: that one is not over.
    if (over.begunAt === undefined || seen.event.eventAt >= over.begunAt) over.points.add(seen.event.point);
    this.#over.set(key, over);
    if (over.begunAt !== undefined) this.#runtime.accounting.attach(seen);
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
