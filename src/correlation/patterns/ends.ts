import type { EpochMs } from '../../domain/clock.ts';
import { Column } from '../../domain/column.ts';
import type { LocatedEvent } from '../../domain/event.ts';
import { arrivalOf } from '../accounting.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import { Recent } from '../recent.ts';
import type { Grouping } from '../relation.ts';
import { groupOf, isOfThePoint } from '../relation.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { Slot } from '../select.ts';
import { narrowing, slot, slotAfter } from '../select.ts';
import { stateOf } from '../state-changes.ts';

/** A rule whose incidents have an end. */
export interface Ending {
  /** Its place among the rules. */
  readonly order: number;
  /** Tells of the end of what it found at a door, a point or whatever groups its incidents. */
  tell(event: LocatedEvent, group: string): void;
}

/** What has ended by one event. The rules tell of it in their order. */
export class Ended {
  #told: { readonly ending: Ending; readonly event: LocatedEvent; readonly group: string }[] = [];

  /** Tells after those slots have learnt of the event. */
  slotAfter(ends: readonly Slot[]): Slot {
    return slotAfter(ends, 'ends', () => this.#tell());
  }

  add(ending: Ending, event: LocatedEvent, group: string): void {
    this.#told.push({ ending, event, group });
  }

  #tell(): void {
    if (this.#told.length === 0) return;
    const told = this.#told.sort((a, b) => a.ending.order - b.ending.order);
    this.#told = [];
    for (const { ending, event, group } of told) ending.tell(event, group);
  }
}

/** What of a rule has begun in a group. */
interface Begun {
  at: EpochMs;
  /** What stands: several of one kind and point may, such as the causes of a lost picture and the partitions of a panel. */
  readonly states: Set<string>;
  /** The points at which it is over since. */
  readonly over: Set<string>;
}

/**
 * What ends the conditions of rules: those whose ends are the same events, of incidents that are told apart in the same way, share one of these, and
 * a rule costs nothing where nothing of it began. The first end at each point that is not known already is told to every rule: an incident may stand since before
 * a restart. After that an end is told when something has begun since the last one. When the begin becomes known only after its end
 * (it arrived late, or was concluded late), the end is told once more after it. An end that was read on connecting is an end too.
 */
export class Ends {
  readonly slot: Slot;
  readonly #per: Grouping;
  readonly #runtime: Runtime;
  readonly #recent: Recent<Seen>;
  readonly #endings: Ending[] = [];
  readonly #begun = new Map<string, Map<Ending, Begun>>();
  /** 1 for the points at which anything has ended; with their groups, where the events of one point may be of several. */
  readonly #known = new Column();
  readonly #knownInGroup = new Set<string>();
  readonly #told: Ended;

  constructor(rule: string, restoredBy: Selector, per: Grouping, told: Ended, runtime: Runtime) {
    this.#told = told;
    this.#per = per;
    this.#runtime = runtime;
    this.#recent = new Recent(0, runtime, arrivalOf);
    const passes = narrowing(restoredBy, runtime);
    this.slot = slot(rule, restoredBy, runtime, (seen) => {
      if (passes(seen.event)) this.#ended(seen);
    });
  }

  /** `graceMs`: how long after its event a begin may be concluded. */
  add(ending: Ending, graceMs: number): void {
    this.#endings.push(ending);
    this.#recent.keepFor(graceMs + ALLOWED_LATENESS_MS);
  }

  /** Something began: its end is awaited, or known already. */
  begun(event: LocatedEvent, ending: Ending): void {
    const group = groupOf(event, this.#per);
    const endings = this.#begun.get(group) ?? new Map<Ending, Begun>();
    this.#begun.set(group, endings);
    const before = endings.get(ending);
    const states = new Set(before?.states).add(stateOf(event));
    endings.set(ending, { at: Math.max(event.eventAt, before?.at ?? event.eventAt), states, over: new Set() });
    for (const { event: end } of this.#recent.of([group]))
      if (end.eventAt >= event.eventAt && !goesOn([stateOf(event)], end)) ending.tell(end, group);
  }

  #ended(seen: Seen): void {
    const { event } = seen;
    const group = groupOf(event, this.#per);
    this.#recent.add(group, seen);
    const endings = this.#begun.get(group);
    if (this.#runtime.now >= this.#runtime.knownBefore && this.#isFirst(group, event)) {
      for (const ending of this.#endings) if (endings?.has(ending) !== true) this.#told.add(ending, event, group);
    }
    if (endings === undefined) return;
    for (const [ending, begun] of endings) {
      if (begun.over.has(event.point)) continue;
      if (event.eventAt >= begun.at) begun.states.delete(stateOf(event));
      if (goesOn(begun.states, event)) continue;
      // An end that was told late may lie before the latest begin: that one is not over.
      if (event.eventAt >= begun.at) begun.over.add(event.point);
      this.#runtime.accounting.attach(seen);
      this.#told.add(ending, event, group);
    }
  }

  #isFirst(group: string, { point, pointNumber }: LocatedEvent): boolean {
    if (isOfThePoint(this.#per)) {
      const isFirst = this.#known.get(pointNumber) === 0;
      if (isFirst) this.#known.set(pointNumber, 1);
      return isFirst;
    }
    const name = `${group} ${point}`;
    const isFirst = !this.#knownInGroup.has(name);
    if (isFirst) this.#knownInGroup.add(name);
    return isFirst;
  }
}

/** Whether another state of the event's kind and point stands. */
function goesOn(states: Iterable<string>, event: LocatedEvent): boolean {
  const state = stateOf(event);
  const alike = `${event.kind}@${event.point}`;
  for (const each of states) if (each !== state && (each === alike || each.startsWith(`${alike}/`))) return true;
  return false;
}
