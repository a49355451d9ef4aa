import { EMPTY, merge, mergeMap, of, timer } from 'rxjs';
import type { Observable, OperatorFunction } from 'rxjs';
import type { EpochMs } from '../../domain/clock.ts';
import type { LocatedEvent } from '../../domain/event.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { CorrelationContext } from '../context.ts';
import type { Duration } from '../duration.ts';
import type { Moment } from '../moment.ts';
import { Recent } from '../recent.ts';
import { keysOf } from '../relation.ts';
import type { Selector, Unless } from '../rule-schema.ts';
import { isOf, isPhase } from '../select.ts';
import { StandingStates } from '../standing.ts';
import { isWhen } from './begins.ts';

/**
 * `when` without anything that explains it. It concludes `lateness` after the event, so that a message of another
 * device that was sent before or in that time still counts; one that arrives up to 5 s later takes the conclusion back.
 */
export function unless(
  when: Selector,
  explanations: readonly Unless[],
  lateness: Duration,
  context: CorrelationContext,
): OperatorFunction<LocatedEvent, Moment> {
  return (events$) => new UnlessState(when, explanations, lateness, context).run(events$);
}

class UnlessState {
  readonly #when: Selector;
  readonly #explanations: readonly Explanation[];
  readonly #lateness: Duration;
  readonly #context: CorrelationContext;
  readonly #concluded: Recent<LocatedEvent>;

  constructor(when: Selector, explanations: readonly Unless[], lateness: Duration, context: CorrelationContext) {
    this.#when = when;
    this.#lateness = lateness;
    this.#context = context;
    this.#explanations = explanations.map((each) => new Explanation(each, lateness, context));
    this.#concluded = new Recent(ALLOWED_LATENESS_MS, context.scheduler);
  }

  run(events$: Observable<LocatedEvent>): Observable<Moment> {
    return events$.pipe(mergeMap((event) => merge(this.#explain(event), this.#isUnexplained(event) ? this.#conclude(event) : EMPTY)));
  }

  /** What happened while the link was down may have had an explanation that was missed with it. */
  #isUnexplained(event: LocatedEvent): boolean {
    return isWhen(this.#when, event, this.#context) && event.details['changedWhileOffline'] !== true;
  }

  #conclude(event: LocatedEvent): Observable<Moment> {
    if (this.#lateness.ms === 0) return this.#judge(event);
    const due = event.eventAt + this.#lateness.ms - this.#context.scheduler.now();
    return timer(Math.min(Math.max(due, 0), this.#lateness.ms), this.#context.scheduler).pipe(mergeMap(() => this.#judge(event)));
  }

  #judge(event: LocatedEvent): Observable<Moment> {
    if (this.#explanations.some((each) => each.covers(event))) return EMPTY;
    for (const explanation of this.#explanations) {
      for (const key of keysOf(event, explanation.by)) this.#concluded.add(`${explanation.by} ${key}`, event);
    }
    return of({ type: 'begins', event });
  }

  /** Remembers an event that may explain others, and takes back what was concluded without it. */
  #explain(event: LocatedEvent): Observable<Moment> {
    const takenBack = new Set<LocatedEvent>();
    for (const explanation of this.#explanations) {
      if (!explanation.take(event)) continue;
      const keys = keysOf(event, explanation.by).map((key) => `${explanation.by} ${key}`);
      for (const lead of this.#concluded.of(keys)) if (lead !== event && explanation.covers(lead)) takenBack.add(lead);
    }
    return of(...[...takenBack].map((lead): Moment => ({ type: 'taken-back', event: lead, because: event })));
  }
}

/** One line of `unless`, and what it remembers. */
class Explanation {
  readonly by: Unless['by'];
  readonly #line: Unless;
  readonly #latenessMs: number;
  readonly #context: CorrelationContext;
  readonly #recent: Recent<LocatedEvent>;
  readonly #states = new StandingStates();

  constructor(line: Unless, lateness: Duration, context: CorrelationContext) {
    this.by = line.by;
    this.#line = line;
    this.#latenessMs = lateness.ms;
    this.#context = context;
    this.#recent = new Recent((line.within?.ms ?? 0) + lateness.ms + ALLOWED_LATENESS_MS, context.scheduler);
  }

  /** Takes what matters to this line; says whether it can explain something. */
  take(event: LocatedEvent): boolean {
    if (!isOf(this.#line, event, this.#context.site)) return false;
    const keys = keysOf(event, this.by);
    if (this.#line.stands === true) {
      this.#states.apply(keys, event);
      return event.phase === 'raised';
    }
    // A state that was read on connecting is no news of something that happened lately.
    if (event.initial === true || !isPhase(this.#line.phase, event)) return false;
    for (const key of keys) this.#recent.add(key, event);
    return true;
  }

  covers(lead: LocatedEvent): boolean {
    const keys = keysOf(lead, this.by);
    const latest: EpochMs = lead.eventAt + this.#latenessMs;
    if (this.#line.within === undefined) return this.#states.stood(keys, lead.eventAt, latest);
    const earliest = lead.eventAt - this.#line.within.ms;
    return this.#recent.of(keys).some(({ id, eventAt }) => id !== lead.id && eventAt >= earliest && eventAt <= latest);
  }
}
