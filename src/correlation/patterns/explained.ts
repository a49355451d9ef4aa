import type { LocatedEvent } from '../../domain/event.ts';
import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { Unless } from '../rule-schema.ts';
import type { Runtime } from '../runtime.ts';
import { at } from '../select.ts';
import type { Slot } from '../select.ts';
import type { Condition } from './condition.ts';
import type { Memory } from './memory.ts';
import type { Watcher } from './watchers.ts';

/** One line of `unless`. A message of another device that was sent up to `lateness` after the event still explains it. */
export class Explained implements Condition {
  readonly slots: readonly Slot[] = [];
  readonly #rule: string;
  readonly #line: Unless;
  readonly #beforeMs: number;
  readonly #aheadMs: number;
  readonly #runtime: Runtime;
  readonly #memory: Memory;
  readonly #isThere: (event: LocatedEvent) => boolean;

  /** `waitMs`: from an event to its judgement. */
  constructor(rule: string, line: Unless, latenessMs: number, waitMs: number, runtime: Runtime) {
    this.#rule = rule;
    this.#line = line;
    this.#runtime = runtime;
    this.#beforeMs = line.within?.ms ?? 0;
    this.#aheadMs = Math.max(line.after?.ms ?? 0, latenessMs);
    this.#memory = runtime.memories.of(rule, line, line.by, line.stands === true ? 'states' : 'events', runtime);
    this.#isThere = at(line);
    this.#memory.keepFor(this.#beforeMs + this.#aheadMs + waitMs);
  }

  watch(watcher: Watcher, waitMs: number): void {
    this.#memory.watchers.add(this.#memory.keysOf(watcher.trigger), watcher, waitMs + this.#aheadMs + ALLOWED_LATENESS_MS);
  }

  bears({ event: trigger }: Seen, { event }: Seen): boolean {
    // A state stands on, however long ago it began.
    const earliest = this.#line.stands === true ? -Infinity : trigger.eventAt - this.#beforeMs;
    return event.eventAt >= earliest && event.eventAt <= trigger.eventAt + this.#aheadMs && this.#isThere(event);
  }

  holds(trigger: Seen): boolean {
    const explained = this.#explains(trigger);
    if (explained) this.#runtime.accounting.explain(trigger, this.#rule);
    return !explained;
  }

  #explains(trigger: Seen): boolean {
    const { eventAt, id } = trigger.event;
    if (this.#line.stands === true) return this.#memory.stood(trigger, eventAt, eventAt + this.#aheadMs);
    return this.#memory.some(trigger, (seen) => seen.event.id !== id && this.bears(trigger, seen));
  }
}
