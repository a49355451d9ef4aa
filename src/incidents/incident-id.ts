import type { EpochMs } from '../domain/clock.ts';

/** The last number given out: 2026-000123 is `{ year: 2026, number: 123 }`. */
export interface IncidentNumber {
  readonly year: number;
  readonly number: number;
}

/** The number after `last`; a new year (UTC) starts at 1. A clock that falls back into the old year does not go back. */
export function nextNumber(last: IncidentNumber, at: EpochMs): IncidentNumber {
  const year = Math.max(last.year, new Date(at).getUTCFullYear());
  return { year, number: year === last.year ? last.number + 1 : 1 };
}

/** An identifier that people can say on the phone. */
export function incidentId({ year, number }: IncidentNumber): string {
  return `${year}-${String(number).padStart(6, '0')}`;
}

/** The latest of some identifiers; `{ year: 0, number: 0 }` of none. */
export function latestNumber(ids: Iterable<string>): IncidentNumber {
  let latest: IncidentNumber = { year: 0, number: 0 };
  for (const id of ids) {
    const [, year, number] = /^(\d{4})-(\d+)$/.exec(id) ?? [];
    if (year === undefined || number === undefined) continue;
    const given = { year: Number(year), number: Number(number) };
    if (given.year > latest.year || (given.year === latest.year && given.number > latest.number)) latest = given;
  }
  return latest;
}
