import type { Seen } from '../accounting.ts';
import type { Slot } from '../select.ts';
import { stateChanges } from '../select.ts';
import { StandingStates } from '../standing.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { Runtime } from '../runtime.ts';
import type { Condition } from './condition.ts';
import { Watchers } from './watchers.ts';
import type { Watcher } from './watchers.ts';

/** `armed`: a panel of the event's area, or of one around it, was armed when it happened (or none was). A panel counts for the area that the site file gives it. */
export class Armed implements Condition {
  readonly slots: readonly Slot[];
  readonly #wanted: boolean;
  readonly #states: StandingStates;
  readonly #watchers: Watchers;

  /** `waitMs`: from an event to its judgement. */
  constructor(rule: string, wanted: boolean, waitMs: number, runtime: Runtime) {
    this.#wanted = wanted;
    this.#states = new StandingStates(runtime);
    this.#states.keepFor(waitMs + 2 * ALLOWED_LATENESS_MS);
    this.#watchers = new Watchers(runtime);
    this.slots = [
      {
        rule,
        kinds: ['panel.armed'],
        phases: stateChanges,
        fits: () => true,
        take: (seen) => {
          const [area] = seen.event.place.areas;
          if (area === undefined) return;
          this.#states.apply([area], seen.event);
          this.#watchers.tell([area], seen);
        },
      },
    ];
  }

  watch(watcher: Watcher, waitMs: number): void {
    this.#watchers.add(watcher.trigger.event.place.areas, watcher, waitMs + ALLOWED_LATENESS_MS);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    return event.eventAt <= trigger.eventAt;
  }

  holds({ event }: Seen): boolean {
    return this.#states.stood(event.place.areas, event.eventAt, event.eventAt) === this.#wanted;
  }
}
