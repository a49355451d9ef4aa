import type { LocatedEvent } from '../../domain/event.ts';
import type { Seen } from '../accounting.ts';
import type { Due, Waiting } from '../due-queue.ts';
import type { Duration } from '../duration.ts';
import type { Moment } from '../moment.ts';
import type { Runtime } from '../runtime.ts';
import type { Selector } from '../schema/selector.ts';
import type { Slot } from '../select.ts';
import { listens, narrowing, slot, stateChanges } from '../select.ts';
import type { KnownState } from './state-memory.ts';

/** What a rule makes of one state of one point. */
export class Lasting implements Waiting {
  readonly rule: string;
  readonly of: Lasts;
  /** Begins of which the rule has said that they last: seldom any. */
  concluded: readonly Seen[] = none;
  waiting: { readonly begin: Seen; readonly due: Due } | undefined;

  constructor(rule: string, lasts: Lasts) {
    this.rule = rule;
    this.of = lasts;
  }

  /** Whether the rule waits for the end of what began so, or has said that it lasts. */
  needs(begin: Seen): boolean {
    return this.waiting?.begin === begin || this.concluded.includes(begin);
  }

  due(): void {
    this.of.due(this);
  }
}

/**
 * A state that was raised and is not restored for as long as `howLong` says (undefined: it has no limit).
 * Saying the same again does not start the time anew before it is up; only a restore ends it, a state that is merely
 * uncertain goes on, and one that was read on connecting has no known begin. It concludes `lateness` after the time is up,
 * so that a restore which is still on its way counts; a restore that arrives later still takes the conclusion back.
 */
export class Lasts {
  readonly slots: readonly Slot[];
  readonly #rule: string;
  readonly #howLong: (event: LocatedEvent) => Duration | undefined;
  readonly #latenessMs: number;
  readonly #runtime: Runtime;
  readonly #tell: (moment: Moment) => void;
  /** What narrows each of the slots. */
  readonly #narrowing: readonly ((event: LocatedEvent) => boolean)[];

  constructor(
    rule: string,
    selectors: readonly Selector[],
    howLong: (event: LocatedEvent) => Duration | undefined,
    latenessMs: number,
    runtime: Runtime,
    tell: (moment: Moment) => void,
  ) {
    this.#rule = rule;
    this.#howLong = howLong;
    this.#latenessMs = latenessMs;
    this.#runtime = runtime;
    this.#tell = tell;
    this.#narrowing = selectors.map((selector) => narrowing(selector, runtime));
    this.slots = selectors.map((selector) => slot(rule, selector, runtime, (seen) => this.#take(seen), stateChanges));
  }

  #take(seen: Seen): void {
    if (seen.event.phase === 'raised' && !this.#isBegin(seen)) return;
    this.#judge(this.#runtime.memories.states.learn(seen), seen);
  }

  /** What narrows the rule narrows the begin: a restore ends the state whenever it comes. */
  #isBegin({ event, suppressedBy }: Seen): boolean {
    if (event.initial === true || suppressedBy !== undefined) return false;
    return this.slots.some((each, index) => this.#narrowing[index]?.(event) === true && listens(each, event));
  }

  /** Runs go from a begin to its restore. A raise within a run says the same again; when the time was up by then it begins anew, since the restore between them went missing. */
  #judge(state: KnownState, taken: Seen): void {
    const { changes } = state;
    const lasting = state.lasting(this) ?? new Lasting(this.#rule, this);
    if (lasting.concluded.length > 0) lasting.concluded = lasting.concluded.filter((begin) => changes.includes(begin));
    let begin: Seen | undefined;
    for (const seen of changes) {
      if (seen.event.phase === 'restored') {
        if (begin !== undefined) this.#ended(lasting, begin, seen.event);
        begin = undefined;
      } else if ((begin === undefined || this.#isOver(lasting, begin, seen)) && (seen === taken || this.#isBegin(seen))) begin = seen;
    }
    this.#await(lasting, begin === undefined || lasting.concluded.includes(begin) ? undefined : begin);
    if (lasting.waiting === undefined && lasting.concluded.length === 0) state.letGo(lasting);
    else state.hold(lasting);
  }

  /** Whether a begin was concluded before something else happened. */
  #isOver({ concluded }: Lasting, begin: Seen, { event }: Seen): boolean {
    return concluded.includes(begin) && event.eventAt >= begin.event.eventAt + (this.#howLong(begin.event)?.ms ?? 0);
  }

  #ended(lasting: Lasting, begin: Seen, end: LocatedEvent): void {
    const limit = this.#howLong(begin.event);
    if (limit === undefined) return;
    if (end.eventAt >= begin.event.eventAt + limit.ms) {
      if (!lasting.concluded.includes(begin)) this.#conclude(lasting, begin);
    } else if (lasting.concluded.includes(begin)) {
      lasting.concluded = lasting.concluded.filter((each) => each !== begin);
      this.#tell({ type: 'taken-back', seen: begin, because: end });
    }
  }

  /** Waits for the time of a begin to be up, or for nothing. */
  #await(lasting: Lasting, begin: Seen | undefined): void {
    const { accounting, due } = this.#runtime;
    if (lasting.waiting?.begin === begin) return;
    if (lasting.waiting !== undefined) {
      due.cancel(lasting.waiting.due);
      accounting.wait(lasting.waiting.begin, -1);
      lasting.waiting = undefined;
    }
    const limit = begin && this.#howLong(begin.event);
    if (begin === undefined || limit === undefined) return;
    accounting.wait(begin, 1);
    lasting.waiting = { begin, due: due.add(begin.event.eventAt + limit.ms + this.#latenessMs, lasting) };
  }

  /** Its time is up. */
  due(lasting: Lasting): void {
    if (lasting.waiting === undefined) return;
    const { begin } = lasting.waiting;
    this.#runtime.accounting.wait(begin, -1);
    lasting.waiting = undefined;
    this.#conclude(lasting, begin);
  }

  #conclude(lasting: Lasting, begin: Seen): void {
    lasting.concluded = [...lasting.concluded, begin];
    this.#tell({ type: 'begins', seen: begin });
  }
}

const none: readonly never[] = [];
