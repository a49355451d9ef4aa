import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { EventKeys } from '../event-keys.ts';
import { Recent } from '../recent.ts';
import type { Relation } from '../relation.ts';
import { differ } from '../relation.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { When } from '../schema/when.ts';
import type { Slot } from '../select.ts';
import { happening } from '../select.ts';
import type { Condition } from './condition.ts';
import { Watchers } from './watchers.ts';
import type { Watcher } from './watchers.ts';

export type ChainPattern = Extract<When, { pattern: 'sequence' | 'all' | 'count' }>;

/** An event, and the steps that it could be. */
interface Entry {
  readonly seen: Seen;
  readonly steps: readonly number[];
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
  /** Fewer events than this complete nothing. */
  readonly #fewest: number;
  readonly #runtime: Runtime;
  readonly #recent: Recent<Entry>;
  /** What must not happen in between, by itself. */
  readonly #barred: Recent<Entry>;
  readonly #watchers: Watchers;
  readonly #keys: EventKeys;

  constructor(rule: string, pattern: ChainPattern, latenessMs: number, runtime: Runtime) {
    this.#pattern = pattern;
    this.#keys = new EventKeys(pattern.by, runtime.site);
    this.#runtime = runtime;
    const keepMs = pattern.within.ms + latenessMs + 2 * ALLOWED_LATENESS_MS;
    this.#recent = new Recent(keepMs, runtime, arrivalOfEntry);
    this.#barred = new Recent(keepMs, runtime, arrivalOfEntry);
    this.#watchers = new Watchers(runtime);
    this.#steps = stepsOf(pattern);
    this.#fewest = pattern.pattern === 'count' ? pattern.atLeast : this.#steps.filter(({ not }) => !not).length;
    this.slots = [...alike(this.#steps, false), ...alike(this.#steps, true)].map(({ selector, steps, not }) =>
      happening(rule, selector, runtime, (seen) => {
        const keys = this.#keysOf(seen);
        for (const key of keys) (not ? this.#barred : this.#recent).add(key, { seen, steps });
        this.#watchers.tell(keys, seen);
      }),
    );
  }

  #keysOf({ event }: Seen): readonly string[] {
    return this.#keys.of(event);
  }

  watch(watcher: Watcher, waitMs: number): void {
    this.#watchers.add(this.#keysOf(watcher.trigger), watcher, waitMs + ALLOWED_LATENESS_MS);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    return event.eventAt <= trigger.eventAt && event.eventAt >= trigger.eventAt - this.#pattern.within.ms;
  }

  holds(trigger: Seen): boolean {
    for (const key of this.#keysOf(trigger)) if (this.#recent.count(key) >= this.#fewest && this.#isComplete(trigger, key)) return true;
    return false;
  }

  evidence(trigger: Seen): readonly Seen[] {
    const all = this.#keysOf(trigger).flatMap((key) => this.#window(this.#recent, trigger, key));
    return [...new Set(all.map(({ seen }) => seen).filter((seen) => seen !== trigger))];
  }

  /** What happened in the span that ends with the trigger, in event time. */
  #window(recent: Recent<Entry>, trigger: Seen, key: string): readonly Entry[] {
    return recent
      .of([key])
      .filter(({ seen }) => this.bears(trigger, seen))
      .sort((a, b) => a.seen.event.eventAt - b.seen.event.eventAt);
  }

  #isComplete(trigger: Seen, key: string): boolean {
    const entries = this.#window(this.#recent, trigger, key);
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

const arrivalOfEntry = ({ seen }: Entry) => seen.arrivedAt;

function stepsOf(pattern: ChainPattern): readonly ChainStep[] {
  if (pattern.pattern === 'sequence') return pattern.steps;
  return (pattern.pattern === 'all' ? pattern.all : [pattern.count]).map((selector) => ({ selector, not: false }));
}

/** Steps that select the same are learnt of together. */
function alike(
  all: readonly ChainStep[],
  not: boolean,
): readonly { readonly selector: Selector; readonly steps: readonly number[]; readonly not: boolean }[] {
  const known = new Map<string, { readonly selector: Selector; readonly steps: number[]; readonly not: boolean }>();
  for (const [step, each] of all.entries()) {
    if (each.not !== not) continue;
    const name = JSON.stringify(each.selector);
    const same = known.get(name);
    if (same === undefined) known.set(name, { selector: each.selector, steps: [step], not });
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
