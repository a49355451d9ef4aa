import type { Clock } from '../domain/clock.ts';
import type { DoorState } from '../domain/door.ts';
import { doorAfter, unknownDoor } from '../domain/door.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';

/** What every door looks like now, from its events; a door whose device cannot be reached is marked as not current. */
export class DoorStates {
  readonly #doors: Map<PointId, DoorState>;
  readonly #site: Site;
  /** Doors that their device cannot see although it is reached itself: their controller is one of several on its line. */
  readonly #unseen = new Set<PointId>();

  constructor(site: Site, clock: Clock, latest: readonly SecurityEvent[]) {
    this.#site = site;
    this.#doors = new Map(site.doors.map(({ id }) => [id, unknownDoor(id, clock.now())]));
    for (const event of latest) this.apply(event);
    for (const state of this.#doors.values()) this.#doors.set(state.door, { ...state, current: false });
  }

  all(): readonly DoorState[] {
    return [...this.#doors.values()];
  }

  /** The door's new state, if the event changed it. */
  apply(event: SecurityEvent): DoorState | undefined {
    const state = this.#doors.get(event.point);
    if (state === undefined) return undefined;
    if (event.kind === 'device.offline') this.#unseen[event.phase === 'raised' ? 'add' : 'delete'](event.point);
    const next = doorAfter(state, event);
    if (next === state) return undefined;
    this.#doors.set(event.point, next);
    return next;
  }

  /** Tells that a device's link came or went; returns the doors for which that makes a difference. */
  linked(device: PointId, current: boolean): DoorState[] {
    const served = this.#site.doors.filter((door) => door.device === device);
    return served.flatMap(({ id }) => {
      const state = this.#doors.get(id);
      if (state === undefined || state.current === current || (current && this.#unseen.has(id))) return [];
      const next = { ...state, current };
      this.#doors.set(id, next);
      return [next];
    });
  }
}
