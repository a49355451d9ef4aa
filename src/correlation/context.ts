import type { SchedulerLike } from 'rxjs';
import type { SiteFacts } from './site-facts.ts';

/** How late an event may arrive, by event time, and still lead to the same findings. */
export const ALLOWED_LATENESS_MS = 5000;

/** What every pattern needs besides its rule: the site, and the only source of time. */
export interface CorrelationContext {
  readonly site: SiteFacts;
  readonly scheduler: SchedulerLike;
}
