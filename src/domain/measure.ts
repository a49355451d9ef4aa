import type { EpochMs } from './clock.ts';
import type { PointId } from './point.ts';

/**
 * What people do to alarms that they know about, each with an end (ISA-18.2: shelving, out of service).
 * `on-test`: what comes from there is opened as a test, apart from what is real.
 */
export const measureTypes = ['shelved', 'out-of-service', 'on-test'] as const;
export type MeasureType = (typeof measureTypes)[number];

/** What a measure is about. */
export type MeasureTarget =
  | { readonly of: 'incident'; readonly incident: string }
  /** One kind of incident at a point. */
  | { readonly of: 'kind'; readonly point: PointId; readonly kind: string }
  /** On test, what belongs to it as well: a panel's zones, a door's readers. */
  | { readonly of: 'point'; readonly point: PointId }
  | { readonly of: 'device'; readonly device: PointId }
  | { readonly of: 'site' };

/** What each type of measure can be about. */
export const measureTargets: Readonly<Record<MeasureType, readonly MeasureTarget['of'][]>> = {
  shelved: ['incident', 'kind'],
  'out-of-service': ['point'],
  'on-test': ['point', 'device', 'site'],
};

export interface Measure {
  readonly id: string;
  readonly type: MeasureType;
  readonly target: MeasureTarget;
  readonly reason: string;
  /** The account's name, or `sallyport` for a point that was shelved because it chatters. */
  readonly by: string;
  readonly from: EpochMs;
  /** When it ends by itself. */
  readonly until: EpochMs;
  readonly endedAt?: EpochMs;
  readonly endedBy?: string;
}

/** Why an incident is not in the queue. */
export interface Suppression {
  readonly type: 'shelved' | 'out-of-service' | 'by-design';
  /** The measure that did it; none where the site's design did. */
  readonly measure?: string;
  readonly until?: EpochMs;
  readonly because: string;
}
