import { arrivalOf } from '../accounting.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { EventKeys } from '../event-keys.ts';
import { Recent } from '../recent.ts';
import type { Relation } from '../relation.ts';
import type { Grouping } from '../relation.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { Slot } from '../select.ts';
import { happening, narrowing, slot, stateChanges } from '../select.ts';
import { StandingStates } from '../standing.ts';
import { Ended, Ends } from './ends.ts';
import { Watchers } from './watchers.ts';

/** What a memory keeps: events of late, or states that stand. */
export type Keeps = 'events' | 'states';

/** Remembers the events of one selector by what they have in common with others. Rules that ask the same share one memory. */
export class Memory {
  readonly slot: Slot;
  readonly watchers: Watchers;
  readonly #runtime: Runtime;
  readonly #recent: Recent<Seen>;
  readonly #states: StandingStates;
  readonly #keys: EventKeys;

  constructor(rule: string, selector: Selector, by: readonly Relation[], keeps: Keeps, runtime: Runtime) {
    this.#keys = new EventKeys(by, runtime.site);
    this.#runtime = runtime;
    this.#recent = new Recent(0, runtime, arrivalOf);
    this.#states = new StandingStates(runtime);
    this.watchers = new Watchers(runtime);
    this.slot =
      keeps === 'states'
        ? slot(rule, selector, runtime, this.#state(selector), stateChanges)
        : happening(rule, selector, runtime, (seen) => this.#event(seen));
  }

  /** What it keeps can be asked for at least so long after it happened, lateness included. */
  keepFor(ms: number): void {
    this.#recent.keepFor(ms + 2 * ALLOWED_LATENESS_MS);
    this.#states.keepFor(ms + 2 * ALLOWED_LATENESS_MS);
  }

  keysOf({ event }: Seen): readonly string[] {
    return this.#keys.of(event);
  }

  /** Whether any event that shares a key with the trigger passes. */
  some(trigger: Seen, passes: (seen: Seen) => boolean): boolean {
    for (const key of this.keysOf(trigger)) if (this.#recent.some(key, passes)) return true;
    return false;
  }

  /** Whether a state that shares a key with the trigger stood at any time from `from` to `to`. */
  stood(trigger: Seen, from: number, to: number): boolean {
    return this.#states.stood(this.keysOf(trigger), from, to);
  }

  /** A state that was read on connecting is no news of something that happened lately. */
  #event(seen: Seen): void {
    const keys = this.keysOf(seen);
    for (const key of keys) this.#recent.add(key, seen);
    this.watchers.tell(keys, seen);
  }

  #state(selector: Selector): (seen: Seen) => void {
    const passes = narrowing(selector, this.#runtime);
    return (seen) => {
      if (!passes(seen.event)) return;
      const keys = this.keysOf(seen);
      this.#states.apply(keys, seen.event);
      if (seen.event.phase === 'raised') this.watchers.tell(keys, seen);
    };
  }
}

/** The memories of all rules, one for each thing that is remembered. */
export class Memories {
  readonly #known = new Map<string, Memory>();
  readonly #ends = new Map<string, Ends>();
  readonly #ended = new Ended();

  /** Where the memories learn. They learn of an event before any rule considers it. */
  get slots(): readonly Slot[] {
    return [...this.#known.values()].map((memory) => memory.slot);
  }

  /** Where they learn of ends: after the rules that lead. */
  get endSlots(): readonly Slot[] {
    const slots = [...this.#ends.values()].map((ends) => ends.slot);
    return [...slots, this.#ended.slotAfter(slots)];
  }

  ends(rule: string, restoredBy: Selector, per: Grouping, runtime: Runtime): Ends {
    const name = JSON.stringify([...parts(restoredBy), per]);
    const ends = this.#ends.get(name) ?? new Ends(rule, restoredBy, per, this.#ended, runtime);
    this.#ends.set(name, ends);
    return ends;
  }

  of(rule: string, selector: Selector, by: readonly Relation[], keeps: Keeps, runtime: Runtime): Memory {
    const name = JSON.stringify([...parts(selector), by, keeps]);
    const memory = this.#known.get(name) ?? new Memory(rule, selector, by, keeps, runtime);
    this.#known.set(name, memory);
    return memory;
  }
}

function parts({ event, of, at, if: condition, during, outside, threat, phase }: Selector): readonly unknown[] {
  return [event, of, at, condition, during, outside, threat, phase];
}
