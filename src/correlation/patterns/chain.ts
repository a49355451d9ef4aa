import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { Recent } from '../recent.ts';
import type { Relation } from '../relation.ts';
import { differ, keysOfAll } from '../relation.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { When } from '../schema/when.ts';
import type { Slot } from '../select.ts';
import { happening } from '../select.ts';
import type { Condition } from './condition.ts';
import { Watchers } from './watchers.ts';

export type ChainPattern = Extract<When, { pattern: 'sequence' | 'all' | 'count' }>;

interface Entry {
  readonly seen: Seen;
  readonly step: number;
}

interface ChainStep {
  readonly selector: Selector;
  readonly not: boolean;
}

/** Looking for events that fit is given up after so many trials, so that no rule can hold up the others. */
const MOST_TRIALS = 2000;

/**
 * `sequence`, `all` and `count`: the trigger is the last of several events, in event time, that share a key and happen within
 * a span. Earlier events that arrive later complete it then.
 */
export class Chain implements Condition {
  readonly slots: readonly Slot[];
  readonly #pattern: ChainPattern;
  readonly #steps: readonly ChainStep[];
  readonly #runtime: Runtime;
  readonly #recent: Recent<Entry>;
  readonly #watchers: Watchers;

  constructor(rule: string, pattern: ChainPattern, latenessMs: number, runtime: Runtime) {
    this.#pattern = pattern;
    this.#runtime = runtime;
    this.#recent = new Recent(pattern.within.ms + latenessMs + 2 * ALLOWED_LATENESS_MS, runtime);
    this.#watchers = new Watchers(runtime);
    this.#steps = stepsOf(pattern);
    this.slots = this.#steps.map(({ selector }, step) =>
      happening(rule, selector, runtime, (seen) => {
        const keys = this.#keysOf(seen);
        for (const key of keys) this.#recent.add(key, { seen, step });
        this.#watchers.tell(keys, seen);
      }),
    );
  }

  #keysOf({ event }: Seen): readonly string[] {
    return keysOfAll(event, this.#pattern.by, this.#runtime.site);
  }

  watch(trigger: Seen, waitMs: number, changed: (because: Seen) => void): void {
    this.#watchers.add(this.#keysOf(trigger), trigger, waitMs + ALLOWED_LATENESS_MS, changed);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    return event.eventAt <= trigger.eventAt && event.eventAt >= trigger.eventAt - this.#pattern.within.ms;
  }

  holds(trigger: Seen): boolean {
    return this.#keysOf(trigger).some((key) => this.#isComplete(trigger, this.#window(trigger, key)));
  }

  evidence(trigger: Seen): readonly Seen[] {
    const all = this.#keysOf(trigger).flatMap((key) => this.#window(trigger, key));
    return [...new Set(all.filter(({ seen, step }) => seen !== trigger && this.#steps[step]?.not !== true).map(({ seen }) => seen))];
  }

  /** What happened in the span that ends with the trigger, in event time. */
  #window(trigger: Seen, key: string): readonly Entry[] {
    return this.#recent
      .of([key])
      .filter(({ seen }) => this.bears(trigger, seen))
      .sort((a, b) => a.seen.event.eventAt - b.seen.event.eventAt);
  }

  #isComplete(trigger: Seen, entries: readonly Entry[]): boolean {
    switch (this.#pattern.pattern) {
      case 'count':
        return this.#isEnough(trigger, entries, this.#pattern.atLeast);
      case 'all':
        return this.#assign(entries, [{ seen: trigger, step: -1 }], 0, { left: MOST_TRIALS });
      case 'sequence':
        return this.#precedes(entries, [trigger], this.#steps.length - 2, { left: MOST_TRIALS });
    }
  }

  /** The trigger, and as many before it of which no two have in common what they must not. */
  #isEnough(trigger: Seen, entries: readonly Entry[], atLeast: number): boolean {
    if (entries.length < atLeast) return false;
    const counted = [trigger];
    for (const { seen } of entries.toReversed()) {
      if (!counted.includes(seen) && this.#isApart(counted, seen)) counted.push(seen);
      if (counted.length >= atLeast) return true;
    }
    return false;
  }

  /** Whether each step from `step` on finds an event of its own; the trigger must be one of them. */
  #assign(entries: readonly Entry[], taken: readonly Entry[], step: number, trials: { left: number }): boolean {
    if (step === this.#steps.length) return taken.some((each, index) => index > 0 && each.seen === taken[0]?.seen);
    for (const entry of entries) {
      if ((trials.left -= 1) < 0) return false;
      if (entry.step !== step || taken.slice(1).some(({ seen }) => seen === entry.seen)) continue;
      const others = taken.slice(1).map(({ seen }) => seen);
      if (this.#isApart(others, entry.seen) && this.#assign(entries, [...taken, entry], step + 1, trials)) return true;
    }
    return false;
  }

  /** Whether the steps up to `step` happened in their order before what has been found of the later ones. */
  #precedes(entries: readonly Entry[], found: readonly Seen[], step: number, trials: { left: number }): boolean {
    if (step < 0) return true;
    const next = found[0];
    if (next === undefined) return false;
    const forbidden = this.#steps[step]?.not === true ? step : undefined;
    const wanted = forbidden === undefined ? step : step - 1;
    for (const { seen, step: of } of entries.toReversed()) {
      if ((trials.left -= 1) < 0) return false;
      if (of !== wanted || found.includes(seen) || seen.event.eventAt > next.event.eventAt || !this.#isApart(found, seen)) continue;
      if (forbidden !== undefined && happenedBetween(entries, forbidden, seen, next)) continue;
      if (this.#precedes(entries, [seen, ...found], wanted - 1, trials)) return true;
    }
    return false;
  }

  #isApart(others: readonly Seen[], { event }: Seen): boolean {
    const by: Relation | undefined = this.#pattern.differ;
    return by === undefined || others.every((other) => differ(other.event, event, by, this.#runtime.site));
  }
}

function stepsOf(pattern: ChainPattern): readonly ChainStep[] {
  if (pattern.pattern === 'sequence') return pattern.steps;
  return (pattern.pattern === 'all' ? pattern.all : [pattern.count]).map((selector) => ({ selector, not: false }));
}

function happenedBetween(entries: readonly Entry[], step: number, from: Seen, to: Seen): boolean {
  return entries.some(
    (entry) =>
      entry.step === step &&
      entry.seen !== from &&
      entry.seen !== to &&
      entry.seen.event.eventAt >= from.event.eventAt &&
      entry.seen.event.eventAt <= to.event.eventAt,
  );
}
