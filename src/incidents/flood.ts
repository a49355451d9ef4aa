import type { AlarmPolicy } from '../domain/alarm-policy.ts';
import type { EpochMs } from '../domain/clock.ts';

/** More new incidents than a dispatcher can look at one by one (ISA-18.2 and EEMUA 191: more than 10 in 10 minutes). */
export interface Flood {
  /** When the incidents of the last minutes were opened. */
  readonly openings: readonly EpochMs[];
  /** Since when there is a flood. */
  readonly since?: EpochMs;
}

type Limits = AlarmPolicy['flood'];

export const noFlood: Flood = { openings: [] };

/** The same object where nothing changed. A flood ends when few enough incidents are left of the last minutes. */
export function floodAt(flood: Flood, at: EpochMs, { withinMs, endsBelow }: Limits): Flood {
  const [oldest] = flood.openings;
  if (oldest === undefined || oldest > at - withinMs) return flood;
  const openings = flood.openings.filter((each) => each > at - withinMs);
  return { openings, ...(flood.since !== undefined && openings.length >= endsBelow && { since: flood.since }) };
}

/** After another incident was opened. */
export function afterOpening(flood: Flood, at: EpochMs, limits: Limits): Flood {
  const before = floodAt(flood, at, limits);
  const openings = [...before.openings, at];
  if (before.since !== undefined) return { openings, since: before.since };
  return openings.length > limits.incidents ? { openings, since: at } : { openings };
}
