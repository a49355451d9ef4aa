import type { PointId } from '../../src/domain/point.ts';
import { locationOf } from './address.ts';
import { ENTRY_WORDS } from './event-log.ts';
import type { Location, WritableLocation } from './location.ts';
import { describe } from './location.ts';
import { doorSignalNames, doorSignals } from './mapping.ts';
import type { DoorSignalName } from './mapping.ts';
import type { Item } from './poll-plan.ts';
import type { ServedDoor, ServedReader, ServedUnit } from './served.ts';

/** A signal of a door that is read in every round. */
export interface Watched extends Item {
  readonly type: 'signal';
  readonly point: PointId;
  readonly signal: DoorSignalName;
  /** Whether the value that was read means that the signal is active. */
  readonly isActive: (value: number) => boolean;
}

/** A reader's counter, which is read in every round. */
export interface Counter extends Item {
  readonly type: 'counter';
  readonly reader: Reader;
}

/** Where a reader keeps its badge events. */
export interface Reader {
  readonly point: PointId;
  readonly log: Item;
  readonly acknowledged: (Item & WritableLocation) | undefined;
}

/** What follows is read first, then its causes, the badges last: whoever sees a door open sees the badge that opened it in the same round. */
const ranks = { follows: 0, cause: 1, badge: 2 };

/** What is to be watched of a unit, doors in the order of `doorSignals`. */
export function watchedOf({ doors, readers }: ServedUnit): { readonly signals: readonly Watched[]; readonly counters: readonly Counter[] } {
  return {
    signals: doorSignalNames.flatMap((name) => doors.flatMap((door) => watched(door, name))),
    counters: readers.map(counter),
  };
}

function watched({ id, signals }: ServedDoor, signal: DoorSignalName): Watched[] {
  const at = signals[signal];
  if (at === undefined) return [];
  const bit = 'bit' in at ? at.bit : undefined;
  const isSet = (value: number) => (bit === undefined ? value !== 0 : ((value >> bit) & 1) === 1);
  return [
    {
      ...item(id, signal, locationOf(at), 1, doorSignals[signal].follows ? ranks.follows : ranks.cause),
      type: 'signal',
      point: id,
      signal,
      isActive: (value) => isSet(value) === (at.activeWhen === 1),
    },
  ];
}

function counter({ id, ...at }: ServedReader): Counter {
  const acknowledged = at.acknowledged && { table: 'holdingRegister' as const, address: at.acknowledged.holdingRegister };
  const reader: Reader = {
    point: id,
    log: item(id, 'log', locationOf(at.log), at.entries * ENTRY_WORDS, ranks.badge),
    acknowledged: acknowledged && { ...item(id, 'acknowledged', acknowledged, 1, ranks.badge), ...acknowledged },
  };
  return { ...item(id, 'counter', locationOf(at.counter), 1, ranks.badge), type: 'counter', reader };
}

function item(point: PointId, field: string, location: Location, count: number, rank: number): Item {
  return { ...location, count, rank, name: `${point}: ${field} at ${describe(location, count)}` };
}
