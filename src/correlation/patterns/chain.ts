import type { LocatedEvent } from '../../domain/event.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { EventKeys } from '../event-keys.ts';
import type { Relation } from '../relation.ts';
import { differ } from '../relation.ts';
import type { Runtime } from '../runtime.ts';
import type { Step, When } from '../schema/when.ts';
import type { Slot } from '../select.ts';
import { at } from '../select.ts';
import type { Condition } from './condition.ts';
import type { Memory } from './memory.ts';
import type { Watcher } from './watchers.ts';

export type ChainPattern = Extract<When, { pattern: 'sequence' | 'all' | 'count' }>;

/** An event, and the steps that it could be. */
interface Entry {
  readonly seen: Seen;
  readonly steps: readonly number[];
}

/** Steps that select the same, and what is remembered for them. */
interface Remembered {
  readonly steps: readonly number[];
  readonly not: boolean;
  /** With fewer events they are not there; a trigger that is remembered as one of them is among these. */
  readonly fewest: number;
  readonly memory: Memory;
  readonly isThere: (event: LocatedEvent) => boolean;
}

/** Looking for events that fit is given up after so many trials, so that no rule can hold up the others. */
const MOST_TRIALS = 2000;

/**
 * `sequence`, `all` and `count`: the trigger is the last of several events, in event time, that share a key and happen within
 * a span. Earlier events that arrive later complete it then.
 */
export class Chain implements Condition {
  readonly slots: readonly Slot[] = [];
  readonly #pattern: ChainPattern;
  readonly #steps: readonly Step[];
  readonly #memories: ReadonlySet<Memory>;
  readonly #happened: readonly Remembered[];
  /** What must not happen in between. */
  readonly #barred: readonly Remembered[];
  readonly #runtime: Runtime;
  readonly #keys: EventKeys;

  constructor(rule: string, pattern: ChainPattern, latenessMs: number, runtime: Runtime) {
    this.#pattern = pattern;
    this.#runtime = runtime;
    this.#keys = runtime.memories.keys(pattern.by, runtime);
    this.#steps = stepsOf(pattern);
    // The last step of a sequence is the trigger itself.
    const before = pattern.pattern === 'sequence' ? this.#steps.slice(0, -1) : this.#steps;
    const last = pattern.pattern === 'sequence' ? nameOf(this.#steps.at(-1)) : undefined;
    const remembered = alike(before).map(({ selector, steps, not }): Remembered => {
      const memory = runtime.memories.of(rule, selector, pattern.by, 'events', runtime);
      memory.keepFor(pattern.within.ms + latenessMs);
      const fewest = pattern.pattern === 'count' ? pattern.atLeast : steps.length + (nameOf({ selector, not }) === last ? 1 : 0);
      return { steps, not, fewest, memory, isThere: at(selector) };
    });
    this.#memories = new Set(remembered.map(({ memory }) => memory));
    this.#happened = remembered.filter(({ not }) => !not);
    this.#barred = remembered.filter(({ not }) => not);
  }

  watch(watcher: Watcher, waitMs: number): void {
    const keys = this.#keys.of(watcher.trigger.event);
    for (const memory of this.#memories) memory.watchers.add(keys, watcher, waitMs + ALLOWED_LATENESS_MS);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    return event.eventAt <= trigger.eventAt && event.eventAt >= trigger.eventAt - this.#pattern.within.ms;
  }

  holds(trigger: Seen): boolean {
    for (const key of this.#keys.of(trigger.event)) if (this.#isEnoughFor(key) && this.#isComplete(trigger, key)) return true;
    return false;
  }

  evidence(trigger: Seen): readonly Seen[] {
    const all = this.#keys.of(trigger.event).flatMap((key) => this.#window(this.#happened, trigger, key));
    return [...new Set(all.map(({ seen }) => seen).filter((seen) => seen !== trigger))];
  }

  /** Whether enough is remembered at all: seldom so. */
  #isEnoughFor(key: string): boolean {
    for (const { memory, fewest } of this.#happened) if (memory.count(key) < fewest) return false;
    return true;
  }

  /** What happened in the span that ends with the trigger, in event time. */
  #window(remembered: readonly Remembered[], trigger: Seen, key: string): readonly Entry[] {
    const entries: Entry[] = [];
    for (const { memory, isThere, steps } of remembered)
      for (const seen of memory.of([key])) if (this.bears(trigger, seen) && isThere(seen.event)) entries.push({ seen, steps });
    return entries.sort((a, b) => a.seen.event.eventAt - b.seen.event.eventAt || a.seen.arrivedAt - b.seen.arrivedAt);
  }

  #isComplete(trigger: Seen, key: string): boolean {
    const entries = this.#window(this.#happened, trigger, key);
    switch (this.#pattern.pattern) {
      case 'count':
        return this.#isEnough(trigger, entries, this.#pattern.atLeast);
      case 'all':
        return this.#assign(trigger, entries, [], 0, { left: MOST_TRIALS });
      case 'sequence':
        return this.#precedes(entries, this.#window(this.#barred, trigger, key), [trigger], this.#steps.length - 2, { left: MOST_TRIALS });
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
  #assign(trigger: Seen, entries: readonly Entry[], taken: readonly Seen[], step: number, trials: { left: number }): boolean {
    if (step === this.#steps.length) return taken.includes(trigger);
    for (const { seen, steps } of entries) {
      if ((trials.left -= 1) < 0) return false;
      if (!steps.includes(step) || taken.includes(seen) || !this.#isApart(taken, seen)) continue;
      if (this.#assign(trigger, entries, [...taken, seen], step + 1, trials)) return true;
    }
    return false;
  }

  /** Whether the steps up to `step` happened in their order before what has been found of the later ones. */
  #precedes(entries: readonly Entry[], barred: readonly Entry[], found: readonly Seen[], step: number, trials: { left: number }): boolean {
    if (step < 0) return true;
    const next = found[0];
    if (next === undefined) return false;
    const forbidden = this.#steps[step]?.not === true ? step : undefined;
    const wanted = forbidden === undefined ? step : step - 1;
    for (const { seen, steps } of entries.toReversed()) {
      if ((trials.left -= 1) < 0) return false;
      if (!steps.includes(wanted) || found.includes(seen) || seen.event.eventAt > next.event.eventAt || !this.#isApart(found, seen)) continue;
      if (forbidden !== undefined && happenedBetween(barred, forbidden, seen, next)) continue;
      if (this.#precedes(entries, barred, [seen, ...found], wanted - 1, trials)) return true;
    }
    return false;
  }

  #isApart(others: readonly Seen[], { event }: Seen): boolean {
    const by: Relation | undefined = this.#pattern.differ;
    return by === undefined || others.every((other) => differ(other.event, event, by, this.#runtime.site));
  }
}

function stepsOf(pattern: ChainPattern): readonly Step[] {
  if (pattern.pattern === 'sequence') return pattern.steps;
  return (pattern.pattern === 'all' ? pattern.all : [pattern.count]).map((selector) => ({ selector, not: false }));
}

function nameOf(step: Step | undefined): string {
  return JSON.stringify([step?.selector, step?.not]);
}

/** Steps that select the same are one. */
function alike(all: readonly Step[]): readonly (Step & { readonly steps: readonly number[] })[] {
  const known = new Map<string, Step & { readonly steps: number[] }>();
  for (const [step, each] of all.entries()) {
    const name = nameOf(each);
    const same = known.get(name);
    if (same === undefined) known.set(name, { ...each, steps: [step] });
    else same.steps.push(step);
  }
  return [...known.values()];
}

function happenedBetween(entries: readonly Entry[], step: number, from: Seen, to: Seen): boolean {
  return entries.some(
    (entry) =>
      entry.steps.includes(step) &&
      entry.seen !== from &&
      entry.seen !== to &&
      entry.seen.event.eventAt >= from.event.eventAt &&
      entry.seen.event.eventAt <= to.event.eventAt,
  );
}
