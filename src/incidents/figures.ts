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

/** What came, and what is open now: of the site, or of one dispatcher. */
export interface LoadFigures {
  readonly incidents: number;
  readonly per10Min: { readonly average: number; readonly peak: number };
  readonly topPoints: readonly { readonly point: PointId; readonly incidents: number; readonly share: number }[];
  readonly byPriority: Readonly<Record<Priority, number>>;
  /** Open now, with what raised them still standing; and how many of those for more than 24 hours. */
  readonly standing: number;
  readonly stale: number;
  readonly open: number;
  readonly timeToAcknowledge: Percentiles;
}

/** The load of one dispatcher: what that one owns, or has acknowledged while nobody owns it; and what that one has acknowledged. */
export interface SeatFigures extends LoadFigures {
  readonly dispatcher: string;
  readonly acknowledged: number;
  /** The most acknowledged in any 10 minutes that begin on the grid of the window. */
  readonly peakPer10Min: number;
}

/** How the alarm system performs (ISA-18.2, monitoring and assessment). Tests are not counted. */
export interface Figures extends LoadFigures {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Share of the 10-minute periods with more incidents than a flood begins with. */
  readonly floodShare: number;
  /** Out of the queue now. */
  readonly suppressed: number;
  readonly seats: readonly SeatFigures[];
}

/**
 * Figures of the `windowMs` before `now`.
 * @param incidents every one that is open, and those that were closed since the window began.
 */
export function figuresOf(incidents: readonly Incident[], now: EpochMs, windowMs: number, floodIncidents: number): Figures {
  const window: Window = { from: now - windowMs, now, windowMs };
  const real = incidents.filter(({ test }) => test !== true);
  const periods = perPeriod(
    raisedIn(real, window).map(({ openedAt }) => openedAt),
    window,
  );
  return {
    ...loadOf(real, window),
    from: window.from,
    to: now,
    floodShare: rounded(periods.filter((count) => count > floodIncidents).length / Math.max(1, periods.length)),
    suppressed: real.filter(({ state, suppressed }) => state !== 'closed' && suppressed !== undefined).length,
    seats: seats(real, window),
  };
}

interface Window {
  readonly from: EpochMs;
  readonly now: EpochMs;
  readonly windowMs: number;
}

function raisedIn(incidents: readonly Incident[], { from, now }: Window): readonly Incident[] {
  return incidents.filter(({ openedAt }) => openedAt > from && openedAt <= now);
}

function loadOf(incidents: readonly Incident[], window: Window): LoadFigures {
  const raised = raisedIn(incidents, window);
  const open = incidents.filter(({ state }) => state !== 'closed');
  const standing = open.filter(({ condition }) => condition === 'active');
  const periods = perPeriod(
    raised.map(({ openedAt }) => openedAt),
    window,
  );
  return {
    incidents: raised.length,
    per10Min: { average: rounded(raised.length / (window.windowMs / TEN_MINUTES_MS)), peak: Math.max(0, ...periods) },
    topPoints: topPoints(raised),
    byPriority: byPriority(raised),
    standing: standing.length,
    stale: standing.filter(({ openedAt }) => openedAt < window.now - STALE_MS).length,
    open: open.length,
    timeToAcknowledge: percentiles(raised),
  };
}

/** How many of the times fall into each 10 minutes since `from`. */
function perPeriod(times: readonly EpochMs[], { from, windowMs }: Window): readonly number[] {
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

/** Each dispatcher who owns something that is open, or has acknowledged something in the window. */
function seats(real: readonly Incident[], window: Window): readonly SeatFigures[] {
  const acknowledged = real.filter(({ acknowledgedAt }) => acknowledgedAt !== undefined && acknowledgedAt > window.from);
  const owned = real.filter(({ state }) => state !== 'closed');
  const names = new Set([...acknowledged.map(({ acknowledgedBy }) => acknowledgedBy), ...owned.map(({ owner }) => owner)]);
  return [...names]
    .filter((name) => name !== undefined)
    .sort()
    .map((dispatcher) => {
      const own = acknowledged.filter(({ acknowledgedBy }) => acknowledgedBy === dispatcher);
      const times = own.flatMap(({ acknowledgedAt }) => acknowledgedAt ?? []);
      return {
        ...loadOf(
          real.filter((incident) => seatOf(incident) === dispatcher),
          window,
        ),
        dispatcher,
        acknowledged: own.length,
        peakPer10Min: Math.max(0, ...perPeriod(times, window)),
        timeToAcknowledge: percentiles(own),
      };
    });
}

/** Each incident belongs to one seat: its owner's, or else that of whoever acknowledged it. What nobody has taken belongs to none. */
function seatOf({ owner, acknowledgedBy }: Incident): string | undefined {
  return owner ?? acknowledgedBy;
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
