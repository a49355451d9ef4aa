import type { Seen } from '../accounting.ts';
import type { Slot } from '../select.ts';
import { StandingStates } from '../standing.ts';
import type { Condition, Learnt } from './condition.ts';

/** `armed`: a panel of the event's area, or of one around it, was armed when it happened (or none was). A panel counts for the area that the site file gives it. */
export class Armed implements Condition {
  readonly aheadMs = 0;
  readonly slots: readonly Slot[];
  readonly #wanted: boolean;
  readonly #states = new StandingStates();

  constructor(rule: string, wanted: boolean, learnt: Learnt) {
    this.#wanted = wanted;
    this.slots = [
      {
        rule,
        kinds: ['panel.armed'],
        fits: () => true,
        take: (seen) => {
          const [area] = seen.event.place.areas;
          if (area === undefined) return;
          this.#states.apply([area], seen.event);
          learnt(seen);
        },
      },
    ];
  }

  keysOf({ event }: Seen): readonly string[] {
    return event.kind === 'panel.armed' ? event.place.areas.slice(0, 1) : event.place.areas;
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    return event.eventAt <= trigger.eventAt;
  }

  holds({ event }: Seen): boolean {
    return this.#states.stood(event.place.areas, event.eventAt, event.eventAt) === this.#wanted;
  }
}
