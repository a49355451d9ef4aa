import type { PointId } from './point.ts';

/** How much is at stake in an area: `high` makes its incidents one step more urgent, `low` one step less, but never what is critical. */
export const areaCriticalities = ['low', 'normal', 'high'] as const;
export type AreaCriticality = (typeof areaCriticalities)[number];

/** Alarms that the site's design suppresses (ISA-18.2, suppressed by design): known to mean nothing there. */
export interface DesignedSuppression {
  readonly point: PointId;
  /** The kind of incident; all of them unless given. */
  readonly kind?: string;
  readonly reason: string;
}

/** How a site handles its alarms. Nothing of it ever hides what is critical. */
export interface AlarmPolicy {
  /** A flood begins with more than `incidents` new ones in `withinMs`, and ends with fewer than `endsBelow` (EEMUA 191; ISA-18.2, alarm floods). */
  readonly flood: { readonly incidents: number; readonly withinMs: number; readonly endsBelow: number };
  /** A point that raises the same kind `raises` times in `withinMs` chatters, and is shelved for `shelveMs`. */
  readonly chatter: { readonly raises: number; readonly withinMs: number; readonly shelveMs: number };
  readonly suppressed: readonly DesignedSuppression[];
}

const MINUTE_MS = 60_000;

/** What holds where the site file says nothing else. */
export const defaultAlarmPolicy: AlarmPolicy = {
  flood: { incidents: 10, withinMs: 10 * MINUTE_MS, endsBelow: 5 },
  chatter: { raises: 5, withinMs: MINUTE_MS, shelveMs: 10 * MINUTE_MS },
  suppressed: [],
};
