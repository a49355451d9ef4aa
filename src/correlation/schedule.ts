import type { EpochMs } from '../domain/clock.ts';
import type { Site, WeeklyHours } from '../domain/site.ts';
import { weekdays } from '../domain/site.ts';

const QUARTER_MS = 15 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_CACHED = 512;

type Day = WeeklyHours['days'][number];

/** Begin and end in minutes after midnight. */
interface Hours {
  readonly days: readonly Day[];
  readonly begin: number;
  readonly end: number;
}

/** The wall clock of the site at the begin of a quarter of an hour. */
interface LocalQuarter {
  readonly weekday: number;
  /** As 2026-12-24. */
  readonly date: string;
  /** The day before. */
  readonly yesterday: string;
  readonly minute: number;
}

/** Which of the site's weekly schedules run at a moment, by the site's time zone and holidays. */
export function schedules({ schedules: defined = [], holidays = [], timeZone }: Site): (schedule: string, at: EpochMs) => boolean | undefined {
  const localTime = localQuarters(timeZone ?? 'UTC');
  const free = new Set(holidays);
  const byId = new Map(defined.map(({ id, weekly }) => [id, weekly.map(inMinutes)]));
  return (id, at) => {
    const weekly = byId.get(id);
    if (weekly === undefined) return undefined;
    const { weekday, date, yesterday, minute: quarter } = localTime(at);
    const minute = quarter + Math.floor((at % QUARTER_MS) / 60_000);
    const today = free.has(date) ? 'holiday' : weekdays[weekday];
    const before = free.has(yesterday) ? 'holiday' : weekdays[(weekday + 6) % 7];
    return weekly.some((hours) => runs(hours, minute, today, before));
  };
}

/** Hours that end before they begin belong to the day on which they begin, and go on after midnight. A holiday is a day of its own, not its weekday. */
function runs({ days, begin, end }: Hours, minute: number, today: Day | undefined, yesterday: Day | undefined): boolean {
  const isToday = today !== undefined && days.includes(today);
  if (begin < end) return isToday && minute >= begin && minute < end;
  return (isToday && minute >= begin) || (yesterday !== undefined && days.includes(yesterday) && minute < end);
}

function inMinutes({ days, from, to }: WeeklyHours): Hours {
  return { days, begin: minuteOf(from), end: minuteOf(to) };
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** Every offset in use today is a whole number of quarters, so the formatter is asked once for each. */
function localQuarters(timeZone: string): (at: EpochMs) => LocalQuarter {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const cache = new Map<number, LocalQuarter>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const known = cache.get(quarter);
    if (known !== undefined) return known;
    if (cache.size >= MOST_CACHED) cache.clear();
    const parts = new Map(format.formatToParts(quarter * QUARTER_MS).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
    const date = `${part('year')}-${part('month')}-${part('day')}`;
    const local = {
      weekday: Math.max(0, weekdays.indexOf(part('weekday').toLowerCase().slice(0, 3) as (typeof weekdays)[number])),
      date,
      yesterday: new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, date.length),
      minute: Number(part('hour')) * 60 + Number(part('minute')),
    };
    cache.set(quarter, local);
    return local;
  };
}
