import type { Seen } from '../accounting.ts';
import type { Waiting } from '../due-queue.ts';
import type { Moment } from '../moment.ts';
import type { Runtime } from '../runtime.ts';
import type { Condition } from './condition.ts';
import type { Watcher } from './watchers.ts';

/** An event that would open an incident, and what is thought of it. */
class Candidate implements Waiting {
  readonly rule: string;
  readonly seen: Seen;
  readonly #judge: Judge;
  judged = false;
  concluded = false;

  constructor(rule: string, seen: Seen, judge: Judge) {
    this.rule = rule;
    this.seen = seen;
    this.#judge = judge;
  }

  due(): void {
    this.#judge.due(this);
  }

  reconsider(condition: Condition, because: Seen): void {
    this.#judge.reconsider(this, condition, because);
  }
}

/** Waits for what changes one condition of a candidate. */
class Watch implements Watcher {
  readonly #candidate: Candidate;
  readonly #condition: Condition;

  constructor(candidate: Candidate, condition: Condition) {
    this.#candidate = candidate;
    this.#condition = condition;
  }

  get trigger(): Seen {
    return this.#candidate.seen;
  }

  changed(because: Seen): void {
    this.#candidate.reconsider(this.#condition, because);
  }
}

/**
 * Judges the events that would open an incident by the rule's conditions: at once, or when all that bears on them should have
 * arrived. What arrives later changes the judgement: it concludes then, or takes back.
 */
export class Judge {
  readonly #rule: string;
  readonly #conditions: readonly Condition[];
  readonly #waitMs: number;
  readonly #runtime: Runtime;
  readonly #tell: (moment: Moment) => void;

  /** `waitMs`: from the event's time to its judgement; 0 judges at once. */
  constructor(rule: string, conditions: readonly Condition[], waitMs: number, runtime: Runtime, tell: (moment: Moment) => void) {
    this.#rule = rule;
    this.#conditions = conditions;
    this.#waitMs = waitMs;
    this.#runtime = runtime;
    this.#tell = tell;
  }

  consider(seen: Seen): void {
    if (this.#conditions.length === 0) {
      this.#tell({ type: 'begins', seen });
      return;
    }
    const candidate = new Candidate(this.#rule, seen, this);
    for (const condition of this.#conditions) condition.watch(new Watch(candidate, condition), this.#waitMs);
    if (this.#waitMs === 0) {
      this.#judge(candidate, seen);
      return;
    }
    const { accounting, due, now } = this.#runtime;
    accounting.wait(seen, 1);
    const inMs = Math.min(Math.max(seen.event.eventAt + this.#waitMs - now, 0), this.#waitMs);
    due.add(now + inMs, candidate);
  }

  /** All that bears on it should have arrived. */
  due(candidate: Candidate): void {
    this.#runtime.accounting.wait(candidate.seen, -1);
    this.#judge(candidate, candidate.seen);
  }

  /** One of the conditions has learnt of another event. */
  reconsider(candidate: Candidate, condition: Condition, because: Seen): void {
    if (!candidate.judged || !condition.bears(candidate.seen, because)) return;
    const before = candidate.concluded;
    this.#judge(candidate, because);
    if (!before || !candidate.concluded || condition.evidence?.(candidate.seen).includes(because) !== true) return;
    this.#tell({ type: 'continues', seen: candidate.seen, with: because });
  }

  #judge(candidate: Candidate, because: Seen): void {
    const { seen } = candidate;
    const holds = this.#allHold(seen);
    candidate.judged = true;
    if (holds === candidate.concluded) return;
    candidate.concluded = holds;
    if (!holds) {
      this.#tell({ type: 'taken-back', seen, because: because.event });
      return;
    }
    this.#tell({ type: 'begins', seen });
    for (const condition of this.#conditions) {
      for (const each of condition.evidence?.(seen) ?? []) this.#tell({ type: 'continues', seen, with: each });
    }
  }

  #allHold(seen: Seen): boolean {
    for (const condition of this.#conditions) if (!condition.holds(seen)) return false;
    return true;
  }
}
