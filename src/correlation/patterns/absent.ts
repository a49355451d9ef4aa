import type { LocatedEvent } from '../../domain/event.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { Runtime } from '../runtime.ts';
import type { When } from '../schema/when.ts';
import { at } from '../select.ts';
import type { Slot } from '../select.ts';
import type { Condition } from './condition.ts';
import type { Memory } from './memory.ts';
import type { Watcher } from './watchers.ts';

export type AbsencePattern = Extract<When, { pattern: 'absence' }>;

/** `absence`: nothing followed the trigger in time. It is judged when that time is up. */
export class Absent implements Condition {
  readonly slots: readonly Slot[] = [];
  readonly #withinMs: number;
  readonly #memory: Memory;
  readonly #isThere: (event: LocatedEvent) => boolean;

  constructor(rule: string, pattern: AbsencePattern, latenessMs: number, runtime: Runtime) {
    this.#withinMs = pattern.within.ms;
    this.#memory = runtime.memories.of(rule, pattern.absence, pattern.by, 'events', runtime);
    this.#isThere = at(pattern.absence);
    this.#memory.keepFor(this.#withinMs + latenessMs);
  }

  watch(watcher: Watcher, waitMs: number): void {
    this.#memory.watchers.add(this.#memory.keysOf(watcher.trigger), watcher, waitMs + ALLOWED_LATENESS_MS);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    return event.eventAt >= trigger.eventAt && event.eventAt <= trigger.eventAt + this.#withinMs && this.#isThere(event);
  }

  holds(trigger: Seen): boolean {
    return !this.#memory.some(trigger, (seen) => seen !== trigger && this.bears(trigger, seen));
  }
}
