import type { EpochMs } from '../domain/clock.ts';
import type { LocatedEvent } from '../domain/event.ts';

/** What became of an event. The first that applies counts: attached, waiting, suppressed, informational. */
export type Outcome = 'attached' | 'waiting' | 'suppressed' | 'informational';

/** An event on its way through the rules, and what they made of it so far. */
export class Seen {
  readonly event: LocatedEvent;
  readonly arrivedAt: EpochMs;
  /** How many rules have yet to judge it. */
  waits = 0;
  attached = false;
  /** The rule that keeps it from opening incidents. */
  suppressedBy: string | undefined = undefined;
  /** The first rule in which something explained it. */
  explainedIn: string | undefined = undefined;

  constructor(event: LocatedEvent, arrivedAt: EpochMs = event.receivedAt) {
    this.event = event;
    this.arrivedAt = arrivedAt;
  }
}

/** When it arrived: later than the last, whatever the clock did. */
export function arrivalOf({ arrivedAt }: Seen): EpochMs {
  return arrivedAt;
}

/**
 * Accounts for every event that was taken since the start: taken = attached + waiting + suppressed (by reason) + informational, at any time.
 * An event can move: what was informational is attached when a later alarm makes it evidence. An event is attached when a finding that opens or
 * strengthens an incident names it, or when it ends what a rule has raised since the start, whether or not the incident is still open by then.
 */
export class Accounting {
  taken = 0;
  #counts: Record<Exclude<Outcome, 'suppressed'>, number> = { attached: 0, waiting: 0, informational: 0 };
  readonly #suppressed = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #readAgainUpTo = 0;

  /** The identifier of the rule that suppressed or explained, with the number of events. */
  get suppressed(): ReadonlyMap<string, number> {
    return this.#suppressed;
  }

  /** Exceptions by rule. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  count(outcome: Outcome): number {
    if (outcome !== 'suppressed') return this.#counts[outcome];
    return [...this.#suppressed.values()].reduce((sum, count) => sum + count, 0);
  }

  take(): void {
    this.taken += 1;
    this.#counts.informational += 1;
  }

  /**
   * Begins anew: the journal up to this position was only read again, so that rules remember it. What becomes of those events by and by is not counted:
   * they were accounted for when they came.
   */
  readAgain(position: number): void {
    this.taken = 0;
    this.#counts = { attached: 0, waiting: 0, informational: 0 };
    this.#suppressed.clear();
    this.#failures.clear();
    this.#readAgainUpTo = position;
  }

  failed(rule: string): void {
    this.#failures.set(rule, (this.#failures.get(rule) ?? 0) + 1);
  }

  attach(seen: Seen): void {
    if (seen.attached) return;
    this.#move(seen, -1);
    seen.attached = true;
    this.#move(seen, 1);
  }

  /** One more rule has yet to judge the event (+1), or has judged it (-1). */
  wait(seen: Seen, by: 1 | -1): void {
    this.#move(seen, -1);
    seen.waits += by;
    this.#move(seen, 1);
  }

  suppress(seen: Seen, rule: string): void {
    if (seen.suppressedBy !== undefined) return;
    this.#move(seen, -1);
    seen.suppressedBy = rule;
    this.#move(seen, 1);
  }

  explain(seen: Seen, rule: string): void {
    if (seen.explainedIn !== undefined) return;
    this.#move(seen, -1);
    seen.explainedIn = rule;
    this.#move(seen, 1);
  }

  #move(seen: Seen, by: 1 | -1): void {
    const { seq } = seen.event;
    // What the journal could not take yet has the position 0, and came since the start.
    if (seq > 0 && seq <= this.#readAgainUpTo) return;
    const reason = seen.suppressedBy ?? seen.explainedIn;
    if (seen.attached) this.#counts.attached += by;
    else if (seen.waits > 0) this.#counts.waiting += by;
    else if (reason !== undefined) this.#suppressed.set(reason, (this.#suppressed.get(reason) ?? 0) + by);
    else this.#counts.informational += by;
  }
}
