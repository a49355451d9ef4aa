import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { Recent } from '../recent.ts';
import { keysOfAll } from '../relation.ts';
import type { Unless } from '../rule-schema.ts';
import type { Runtime } from '../runtime.ts';
import type { Slot } from '../select.ts';
import { happens, narrowing, slot } from '../select.ts';
import { StandingStates } from '../standing.ts';
import type { Condition, Learnt } from './condition.ts';

/** One line of `unless`, and what it remembers. A message of another device that was sent up to `lateness` after the event still explains it. */
export class Explained implements Condition {
  readonly aheadMs: number;
  readonly slots: readonly Slot[];
  readonly #rule: string;
  readonly #line: Unless;
  readonly #beforeMs: number;
  readonly #runtime: Runtime;
  readonly #recent: Recent<Seen>;
  readonly #states = new StandingStates();

  constructor(rule: string, line: Unless, latenessMs: number, runtime: Runtime, learnt: Learnt) {
    this.#rule = rule;
    this.#line = line;
    this.#runtime = runtime;
    this.#beforeMs = line.within?.ms ?? 0;
    this.aheadMs = Math.max(line.after?.ms ?? 0, latenessMs);
    this.#recent = new Recent(this.#beforeMs + this.aheadMs + latenessMs + 2 * ALLOWED_LATENESS_MS, runtime);
    const takes = line.stands === true ? this.#state() : this.#event();
    this.slots = [
      slot(rule, line, runtime, (seen) => {
        if (takes(seen)) learnt(seen);
      }),
    ];
  }

  keysOf({ event }: Seen): readonly string[] {
    return keysOfAll(event, this.#line.by, this.#runtime.site);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    // A state stands on, however long ago it began.
    const earliest = this.#line.stands === true ? -Infinity : trigger.eventAt - this.#beforeMs;
    return event.eventAt >= earliest && event.eventAt <= trigger.eventAt + this.aheadMs;
  }

  holds(trigger: Seen): boolean {
    const explained = this.#explains(trigger);
    if (explained) this.#runtime.accounting.explain(trigger, this.#rule);
    return !explained;
  }

  #explains(trigger: Seen): boolean {
    const keys = this.keysOf(trigger);
    const { eventAt } = trigger.event;
    if (this.#line.stands === true) return this.#states.stood(keys, eventAt, eventAt + this.aheadMs);
    return keys.some((key) => this.#recent.some(key, (seen) => seen.event.id !== trigger.event.id && this.bears(trigger, seen)));
  }

  #state(): (seen: Seen) => boolean {
    const passes = narrowing(this.#line, this.#runtime);
    return (seen) => {
      if (!passes(seen.event)) return false;
      this.#states.apply(this.keysOf(seen), seen.event);
      return seen.event.phase === 'raised';
    };
  }

  /** A state that was read on connecting is no news of something that happened lately. */
  #event(): (seen: Seen) => boolean {
    const counts = happens(this.#line, this.#runtime);
    return (seen) => {
      if (!counts(seen.event)) return false;
      for (const key of this.keysOf(seen)) this.#recent.add(key, seen);
      return true;
    };
  }
}
