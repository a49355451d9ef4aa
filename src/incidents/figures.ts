import type { EpochMs } from '../domain/clock.ts';
import type { Incident, Priority } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';

const TEN_MINUTES_MS = 10 * 60 * 1000;
/** An alarm that stands for longer than a day is stale (ISA-18.2). */
const STALE_MS = 24 * 60 * 60 * 1000;
const MOST_POINTS = 10;

/** Times in milliseconds; null where there is nothing to measure. */
export interface Percentiles {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** What one dispatcher has done. */
export interface SeatFigures {
  readonly dispatcher: string;
  readonly acknowledged: number;
  /** The most in any 10 minutes that begin on the grid of the window. */
  readonly peakPer10Min: number;
  readonly open: number;
  readonly timeToAcknowledge: Percentiles;
}

/** How the alarm system performs (ISA-18.2, monitoring and assessment). Tests are not counted. */
export interface Figures {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly incidents: number;
  readonly per10Min: { readonly average: number; readonly peak: number };
  /** Share of the 10-minute periods with more incidents than a flood begins with. */
  readonly floodShare: number;
  readonly topPoints: readonly { readonly point: PointId; readonly incidents: number; readonly share: number }[];
  readonly byPriority: Readonly<Record<Priority, number>>;
  /** Open now, with what raised them still standing; and how many of those for more than 24 hours. */
  readonly standing: number;
  readonly stale: number;
  readonly open: number;
  /** Out of the queue now. */
  readonly suppressed: number;
  readonly timeToAcknowledge: Percentiles;
  readonly seats: readonly SeatFigures[];
}

/**
 * Figures of the `windowMs` before `now`.
 * @param incidents every one that is open, and those that were closed since the window began.
 */
export function figuresOf(incidents: readonly Incident[], now: EpochMs, windowMs: number, floodIncidents: number): Figures {
  const from = now - windowMs;
  const real = incidents.filter(({ test }) => test !== true);
  const raised = real.filter(({ openedAt }) => openedAt > from && openedAt <= now);
  const open = real.filter(({ state }) => state !== 'closed');
  const standing = open.filter(({ condition }) => condition === 'active');
  const periods = perPeriod(
    raised.map(({ openedAt }) => openedAt),
    from,
    windowMs,
  );
  return {
    from,
    to: now,
    incidents: raised.length,
    per10Min: { average: rounded(raised.length / (windowMs / TEN_MINUTES_MS)), peak: Math.max(0, ...periods) },
    floodShare: rounded(periods.filter((count) => count > floodIncidents).length / Math.max(1, periods.length)),
    topPoints: topPoints(raised),
    byPriority: byPriority(raised),
    standing: standing.length,
    stale: standing.filter(({ openedAt }) => openedAt < now - STALE_MS).length,
    open: open.length,
    suppressed: open.filter(({ suppressed }) => suppressed !== undefined).length,
    timeToAcknowledge: percentiles(raised),
    seats: seats(real, open, from, windowMs),
  };
}

/** How many of the times fall into each 10 minutes since `from`. */
function perPeriod(times: readonly EpochMs[], from: EpochMs, windowMs: number): readonly number[] {
  const counts = new Array<number>(Math.ceil(windowMs / TEN_MINUTES_MS)).fill(0);
  for (const at of times) {
    const index = Math.min(counts.length - 1, Math.floor((at - from) / TEN_MINUTES_MS));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

function topPoints(raised: readonly Incident[]): Figures['topPoints'] {
  const counts = new Map<PointId, number>();
  for (const { point } of raised) counts.set(point, (counts.get(point) ?? 0) + 1);
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return sorted.slice(0, MOST_POINTS).map(([point, count]) => ({ point, incidents: count, share: rounded(count / raised.length) }));
}

function byPriority(raised: readonly Incident[]): Figures['byPriority'] {
  const counts: Record<Priority, number> = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
  for (const { priority } of raised) counts[priority] += 1;
  return counts;
}

function seats(real: readonly Incident[], open: readonly Incident[], from: EpochMs, windowMs: number): readonly SeatFigures[] {
  const acknowledged = real.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined && acknowledgedAt > from);
  const names = new Set([...acknowledged.map(({ acknowledgedBy }) => acknowledgedBy), ...open.map(({ owner }) => owner)]);
  return [...names]
    .filter((name) => name !== undefined)
    .sort()
    .map((dispatcher) => {
      const own = acknowledged.filter(({ acknowledgedBy }) => acknowledgedBy === dispatcher);
      const times = own.flatMap(({ acknowledgedAt }) => acknowledgedAt ?? []);
      return {
        dispatcher,
        acknowledged: own.length,
        peakPer10Min: Math.max(0, ...perPeriod(times, from, windowMs)),
        open: open.filter(({ owner }) => owner === dispatcher).length,
        timeToAcknowledge: percentiles(own),
      };
    });
}

/** How long the first acknowledgement took, by the nearest rank. */
function percentiles(incidents: readonly Incident[]): Percentiles {
  const times = incidents
    .flatMap(({ openedAt, acknowledgedAt }) => (acknowledgedAt === undefined ? [] : acknowledgedAt - openedAt))
    .sort((a, b) => a - b);
  const at = (share: number) => times[Math.max(0, Math.ceil(share * times.length) - 1)] ?? null;
  return { p50Ms: at(0.5), p95Ms: at(0.95) };
}

/** To three digits behind the point. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
