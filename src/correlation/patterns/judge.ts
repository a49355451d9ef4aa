import type { Seen } from '../accounting.ts';
import { ALLOWED_LATENESS_MS } from '../context.ts';
import type { Moment } from '../moment.ts';
import { Recent } from '../recent.ts';
import type { Runtime } from '../runtime.ts';
import type { Condition } from './condition.ts';

interface Candidate {
  readonly seen: Seen;
  judged: boolean;
  concluded: boolean;
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
  readonly #candidates: readonly Recent<Candidate>[];

  /** `waitMs`: from the event's time to its judgement; 0 judges at once. */
  constructor(rule: string, conditions: readonly Condition[], waitMs: number, runtime: Runtime, tell: (moment: Moment) => void) {
    this.#rule = rule;
    this.#conditions = conditions;
    this.#waitMs = waitMs;
    this.#runtime = runtime;
    this.#tell = tell;
    this.#candidates = conditions.map(({ aheadMs }) => new Recent(waitMs + aheadMs + ALLOWED_LATENESS_MS, runtime));
  }

  consider(seen: Seen): void {
    if (this.#conditions.length === 0) {
      this.#tell({ type: 'begins', seen });
      return;
    }
    const candidate: Candidate = { seen, judged: false, concluded: false };
    for (const [index, condition] of this.#conditions.entries()) {
      for (const key of condition.keysOf(seen)) this.#candidates[index]?.add(key, candidate);
    }
    if (this.#waitMs === 0) {
      this.#judge(candidate, seen);
      return;
    }
    const { accounting, due, now } = this.#runtime;
    accounting.wait(seen, 1);
    const inMs = Math.min(Math.max(seen.event.eventAt + this.#waitMs - now, 0), this.#waitMs);
    due.add(now + inMs, this.#rule, () => {
      accounting.wait(seen, -1);
      this.#judge(candidate, seen);
    });
  }

  /** One of the conditions has learnt of an event. */
  learnt(condition: Condition, seen: Seen): void {
    const candidates = this.#candidates[this.#conditions.indexOf(condition)];
    for (const candidate of candidates?.of(condition.keysOf(seen)) ?? []) {
      if (!candidate.judged || candidate.seen === seen || !condition.bears(candidate.seen, seen)) continue;
      const before = candidate.concluded;
      this.#judge(candidate, seen);
      if (before && candidate.concluded) this.#continue(condition, candidate.seen, seen);
    }
  }

  #judge(candidate: Candidate, because: Seen): void {
    const { seen } = candidate;
    const failing = this.#conditions.find((condition) => !condition.holds(seen));
    candidate.judged = true;
    if ((failing === undefined) === candidate.concluded) return;
    candidate.concluded = failing === undefined;
    if (!candidate.concluded) {
      this.#tell({ type: 'taken-back', seen, because: because.event });
      return;
    }
    this.#tell({ type: 'begins', seen });
    for (const condition of this.#conditions) {
      for (const each of condition.evidence?.(seen) ?? []) this.#tell({ type: 'continues', seen, with: each });
    }
  }

  #continue(condition: Condition, trigger: Seen, seen: Seen): void {
    if (condition.evidence?.(trigger).includes(seen) === true) this.#tell({ type: 'continues', seen: trigger, with: seen });
  }
}
