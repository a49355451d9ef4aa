import type { EpochMs } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import type { Extent, UnitMonitor } from './unit-monitor.ts';
import type { ServedUnit } from './served.ts';

/** A unit that shares its line with others, or that the line may fail to reach for a moment. */
export type UnitState =
  | { readonly state: 'answering'; readonly monitor: UnitMonitor; readonly extent: Extent }
  /** It failed once, which noise on the line explains; it is tried again in the next round. */
  | { readonly state: 'doubtful'; readonly error: Error; readonly since: EpochMs }
  /** Tried again ever less often. */
  | { readonly state: 'silent'; readonly error: Error; readonly since: EpochMs };

/** What is reported of a unit that falls silent: each of its doors is offline, and each reader whose door is not among them. */
export function offline({ unit, ...served }: ServedUnit, reason: string): DeviceSignal[] {
  return pointsOf(served).map((point) => ({ kind: 'device.offline', point, phase: 'raised', details: { unit, reason } }));
}

/** What is reported of a unit that answers: after `blind`, the interval in which nobody saw it, or on connecting. */
export function backOnline({ unit, ...served }: ServedUnit, blind?: { readonly since: EpochMs; readonly until: EpochMs }): DeviceSignal[] {
  const about = (point: string) => ({ kind: 'device.offline', point, phase: 'restored' }) as const;
  if (blind === undefined) return pointsOf(served).map((point) => ({ ...about(point), initial: true, details: { unit } }));
  const details = {
    unit,
    offlineFrom: new Date(blind.since).toISOString(),
    offlineTo: new Date(blind.until).toISOString(),
    blindForSeconds: Math.round((blind.until - blind.since) / 1000),
  };
  return pointsOf(served).map((point) => ({ ...about(point), details }));
}

function pointsOf({ doors, readers }: Pick<ServedUnit, 'doors' | 'readers'>): string[] {
  const own = new Set(doors.map(({ id }) => id));
  return [...own, ...readers.filter(({ door }) => door === undefined || !own.has(door)).map(({ id }) => id)];
}
