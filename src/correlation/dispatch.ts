import type { LocatedEvent } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { PointId } from '../domain/point.ts';
import type { Slot } from './select.ts';

/**
 * Finds the slots that an event goes to. Which they are depends on its kind and point alone, so it is worked out once for each
 * of these: an event costs one look-up, however many rules look at other kinds, points and areas.
 */
export class Dispatch {
  readonly #byKind = new Map<EventKind, Slot[]>();
  readonly #known = new Map<EventKind, Map<PointId, readonly Slot[]>>();
  /** Most points of a site have the same slots: they share one list. */
  readonly #lists = new Map<string, readonly Slot[]>();

  constructor(slots: readonly Slot[]) {
    for (const slot of slots) {
      for (const kind of slot.kinds) {
        const known = this.#byKind.get(kind);
        if (known === undefined) this.#byKind.set(kind, [slot]);
        else known.push(slot);
      }
    }
  }

  /** In the order of the rules. */
  slotsFor(event: LocatedEvent): readonly Slot[] {
    const points = this.#known.get(event.kind) ?? new Map<PointId, readonly Slot[]>();
    const known = points.get(event.point);
    if (known !== undefined) return known;
    const all = this.#byKind.get(event.kind) ?? [];
    const fitting = [...all.keys()].filter((index) => all[index]?.fits(event));
    const name = `${event.kind} ${fitting.join()}`;
    const list = this.#lists.get(name) ?? fitting.flatMap((index) => all[index] ?? []);
    this.#lists.set(name, list);
    points.set(event.point, list);
    this.#known.set(event.kind, points);
    return list;
  }
}
