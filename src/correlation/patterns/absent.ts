import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { Recent } from '../recent.ts';
import { keysOfAll } from '../relation.ts';
import type { Runtime } from '../runtime.ts';
import type { When } from '../schema/when.ts';
import type { Slot } from '../select.ts';
import { happens, slot } from '../select.ts';
import type { Condition, Learnt } from './condition.ts';

export type AbsencePattern = Extract<When, { pattern: 'absence' }>;

/** `absence`: nothing followed the trigger in time. It is judged when that time is up. */
export class Absent implements Condition {
  readonly aheadMs: number;
  readonly slots: readonly Slot[];
  readonly #pattern: AbsencePattern;
  readonly #runtime: Runtime;
  readonly #recent: Recent<Seen>;

  constructor(rule: string, pattern: AbsencePattern, latenessMs: number, runtime: Runtime, learnt: Learnt) {
    this.#pattern = pattern;
    this.#runtime = runtime;
    this.aheadMs = pattern.within.ms;
    this.#recent = new Recent(pattern.within.ms + latenessMs + 2 * ALLOWED_LATENESS_MS, runtime);
    const counts = happens(pattern.absence, runtime);
    this.slots = [
      slot(rule, pattern.absence, runtime, (seen) => {
        if (!counts(seen.event)) return;
        for (const key of this.keysOf(seen)) this.#recent.add(key, seen);
        learnt(seen);
      }),
    ];
  }

  keysOf({ event }: Seen): readonly string[] {
    return keysOfAll(event, this.#pattern.by, this.#runtime.site);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    return event.eventAt >= trigger.eventAt && event.eventAt <= trigger.eventAt + this.#pattern.within.ms;
  }

  holds(trigger: Seen): boolean {
    return !this.keysOf(trigger).some((key) => this.#recent.some(key, (seen) => seen !== trigger && this.bears(trigger, seen)));
  }
}
