import type { LocatedEvent } from '../../domain/event.ts';
import type { PointId } from '../../domain/point.ts';
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
import { at, happening, narrowing, slot, stateChanges } from '../select.ts';
import type { SiteFacts } from '../site-facts.ts';
import { StandingStates } from '../standing.ts';
import { Ended, Ends } from './ends.ts';
import { StateMemory } from './state-memory.ts';
import { News, Watchers } from './watchers.ts';

/** What a memory keeps: events of late, or states that stand. */
export type Keeps = 'events' | 'states';

/**
 * Remembers the events of one selector, wherever one of its rules looks, by what they have in common with others. Rules that ask the same share one memory. So do rules that
 * look at different places, if their events do not meet under one key; who asks leaves out what is not where it looks.
 */
export class Memory {
  readonly slot: Slot;
  readonly #places: ((event: LocatedEvent) => boolean)[] = [];
  readonly watchers: Watchers;
  readonly #runtime: Runtime;
  readonly #recent: Recent<Seen>;
  readonly #states: StandingStates;
  readonly #keys: EventKeys;
  readonly #news: News;

  constructor(rule: string, selector: Selector, keys: EventKeys, keeps: Keeps, news: News, runtime: Runtime) {
    this.#keys = keys;
    this.#news = news;
    this.#runtime = runtime;
    this.#recent = new Recent(0, runtime, arrivalOf);
    this.#states = new StandingStates(runtime);
    this.watchers = new Watchers(runtime);
    const { at: _places, ...anywhere } = selector;
    const everywhere =
      keeps === 'states'
        ? slot(rule, anywhere, runtime, this.#state(anywhere), stateChanges)
        : happening(rule, anywhere, runtime, (seen) => this.#event(seen));
    this.slot = { ...everywhere, fits: (event) => everywhere.fits(event) && this.#places.some((isThere) => isThere(event)) };
  }

  /** A rule looks there. */
  lookAt(isThere: (event: LocatedEvent) => boolean): void {
    this.#places.push(isThere);
    this.#recent.shareAmong(this.#places.length);
    this.watchers.shareAmong(this.#places.length);
  }

  /** What it keeps can be asked for at least so long after it happened, lateness included. */
  keepFor(ms: number): void {
    this.#recent.keepFor(ms + 2 * ALLOWED_LATENESS_MS);
    this.#states.keepFor(ms + 2 * ALLOWED_LATENESS_MS);
  }

  keysOf({ event }: Seen): readonly string[] {
    return this.#keys.of(event);
  }

  /** How many events are kept under the key. */
  count(key: string): number {
    return this.#recent.count(key);
  }

  /** The events under any of the keys, in the order of arrival for each. */
  of(keys: readonly string[]): readonly Seen[] {
    return this.#recent.of(keys);
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
    this.#news.add(this.watchers, keys, seen);
  }

  #state(selector: Selector): (seen: Seen) => void {
    const passes = narrowing(selector, this.#runtime);
    return (seen) => {
      if (!passes(seen.event)) return;
      const keys = this.keysOf(seen);
      this.#states.apply(keys, seen.event);
      this.#news.add(this.watchers, keys, seen);
    };
  }
}

/** The memories of all rules, one for each thing that is remembered. */
export class Memories {
  readonly states = new StateMemory();
  readonly #keys = new Map<string, EventKeys>();
  readonly #known = new Map<string, Memory>();
  readonly #ends = new Map<string, Ends>();
  readonly #news = new News();
  readonly #ended = new Ended();

  /** Where the memories learn. They learn of an event before any rule considers it. */
  get slots(): readonly Slot[] {
    const slots = [...this.#known.values()].map((memory) => memory.slot);
    return [...slots, this.#news.slotAfter(slots)];
  }

  /** Where they learn of ends: after the rules that lead. */
  get endSlots(): readonly Slot[] {
    const slots = [...this.#ends.values()].map((ends) => ends.slot);
    return [...slots, this.#ended.slotAfter(slots)];
  }

  ends(rule: string, restoredBy: Selector, per: Grouping, runtime: Runtime): Ends {
    const name = JSON.stringify([...parts(restoredBy), restoredBy.at, per]);
    const ends = this.#ends.get(name) ?? new Ends(rule, restoredBy, per, this.#ended, runtime);
    this.#ends.set(name, ends);
    return ends;
  }

  of(rule: string, selector: Selector, by: readonly Relation[], keeps: Keeps, runtime: Runtime): Memory {
    const place = keeps === 'events' && isOfOnePlace(by, selector.at, runtime.site) ? undefined : selector.at;
    const name = JSON.stringify([...parts(selector), place, by, keeps]);
    const memory = this.#known.get(name) ?? new Memory(rule, selector, this.keys(by, runtime), keeps, this.#news, runtime);
    this.#known.set(name, memory);
    memory.lookAt(at(selector));
    return memory;
  }

  /** The keys of events by these relations: worked out once for all rules that ask for them. */
  keys(by: readonly Relation[], { site }: Pick<Runtime, 'site'>): EventKeys {
    const name = by.join();
    const keys = this.#keys.get(name) ?? new EventKeys(by, site);
    this.#keys.set(name, keys);
    return keys;
  }
}

/** Whether events with such a key are of one point, or of one door or area that lies in each of the places or outside it. */
function isOfOnePlace(by: readonly Relation[], places: Selector['at'] = [], { typeOf }: Pick<SiteFacts, 'typeOf'>): boolean {
  const isArea = (id: PointId) => typeOf(id) === undefined;
  if (by.includes('point')) return true;
  if (by.includes('door')) return places.every((id) => isArea(id) || typeOf(id) === 'door');
  return by.includes('area') && places.every(isArea);
}

/** What a selector asks, but for the place. */
function parts({ event, of, if: condition, during, outside, threat, phase }: Selector): readonly unknown[] {
  return [event, of, condition, during, outside, threat, phase];
}
