import type { EpochMs } from '../domain/clock.ts';
import type { Effect } from '../domain/effect.ts';
import type { Finding } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';
import type { Accounting } from './accounting.ts';
import type { DueQueue } from './due-queue.ts';
import type { Memories } from './patterns/memory.ts';
import type { SiteFacts } from './site-facts.ts';
import type { Threats } from './threats.ts';

/** What the rules of one running engine share. */
export interface Runtime {
  readonly site: SiteFacts;
  readonly due: DueQueue;
  readonly accounting: Accounting;
  readonly memories: Memories;
  readonly threats: Threats;
  readonly threatLevel: (areas: readonly PointId[], at: EpochMs) => string;
  /** What was concluded before then is known, and is not told. */
  readonly knownBefore: EpochMs;
  /** When the present event arrived, or what is being done was due. Never goes back. */
  now: EpochMs;
  emit(found: Finding | Effect): void;
}
