import type { SchedulerLike } from 'rxjs';
import type { SiteFacts } from './site-facts.ts';

/** How late an event may arrive, by event time, and still lead to the same findings. */
export const ALLOWED_LATENESS_MS = 5000;

/** What every pattern needs besides its rule: the site, and the only source of time. */
export interface CorrelationContext {
  readonly site: SiteFacts;
  /** `asyncScheduler` in the gateway, virtual time in tests. Its `now()` counts in the same milliseconds as `eventAt`. */
  readonly scheduler: SchedulerLike;
}
