import type { SchedulerLike } from 'rxjs';
import type { EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { Accounting } from './accounting.ts';
import type { SiteFacts } from './site-facts.ts';

/** How late an event may arrive, by event time, and still lead to the same findings. */
export const ALLOWED_LATENESS_MS = 5000;

/** What every rule needs besides itself: the site, its state, and the only source of time. */
export interface CorrelationContext {
  readonly site: SiteFacts;
  /** Wakes the rules when something is due: `asyncScheduler` in the gateway, virtual time in tests. Its `now()` counts in the same milliseconds as `receivedAt`. */
  readonly scheduler: SchedulerLike;
  /** The threat level that holds at a place (its areas, innermost first) at a time, instead of what the events themselves say of it. */
  readonly threatLevel?: (areas: readonly PointId[], at: EpochMs) => string;
  /** What was concluded before then is known: events of that time are only remembered, so that those after it are judged as if nothing had been interrupted. */
  readonly knownBefore?: EpochMs;
  /** Is told of an exception inside a rule. The rule and all others go on. */
  readonly failed?: (rule: string, error: unknown) => void;
  /** Counts what became of the events. */
  readonly accounting?: Accounting;
}
