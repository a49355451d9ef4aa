import type { Details, Phase } from '../../src/domain/event.ts';
import type { EventKind } from '../../src/domain/kinds.ts';

/** The kinds of state that a door can have, in the order in which they are reported. */
export const doorKinds = [
  'door.open',
  'door.unlocked',
  'door.forced',
  'door.held',
  'door.tamper',
  'door.fault',
] as const satisfies readonly EventKind[];
export type DoorKind = (typeof doorKinds)[number];

export interface PointState {
  readonly phase: Exclude<Phase, 'momentary'>;
  readonly details?: Details;
}
export type DoorStates = ReadonlyMap<DoorKind, PointState>;

/** What a door's objects say. */
export interface DoorReadings {
  /** BACnetDoorStatus, BACnetLockStatus, BACnetDoorSecuredStatus, BACnetDoorAlarmState of the Access Door. */
  readonly doorStatus?: number | undefined;
  readonly lockStatus?: number | undefined;
  readonly securedStatus?: number | undefined;
  readonly alarmState?: number | undefined;
  /** BACnetStatusFlags, bit 1: FAULT. */
  readonly fault?: boolean | undefined;
  /** Binary objects, where the site names them. */
  readonly contactOpen?: boolean | undefined;
  readonly lockReleased?: boolean | undefined;
  readonly tamperActive?: boolean | undefined;
}

type Says = PointState['phase'] | 'nothing';
interface StatusRow {
  readonly words: string;
  readonly says: Says;
  readonly fault?: true;
}

/** BACnetDoorStatus -> door.open (ASHRAE 135-2020, clause 12.26, Door_Status; values, clause 21). */
const doorStatusTable: Readonly<Record<number, StatusRow>> = {
  0: { words: 'closed', says: 'restored' },
  1: { words: 'opened', says: 'raised' },
  2: { words: 'unknown', says: 'uncertain' },
  3: { words: 'door fault', says: 'uncertain', fault: true },
  4: { words: 'unused', says: 'nothing' },
  5: { words: 'none', says: 'nothing' },
  6: { words: 'closing', says: 'raised' },
  7: { words: 'opening', says: 'raised' },
  8: { words: 'safety locked', says: 'restored' },
  9: { words: 'limited opened', says: 'raised' },
};

/** BACnetLockStatus -> door.unlocked (clause 12.26, Lock_Status). */
const lockStatusTable: Readonly<Record<number, StatusRow>> = {
  0: { words: 'locked', says: 'restored' },
  1: { words: 'unlocked', says: 'raised' },
  2: { words: 'lock fault', says: 'uncertain', fault: true },
  3: { words: 'unused', says: 'nothing' },
  4: { words: 'unknown', says: 'uncertain' },
};

/**
 * BACnetDoorAlarmState -> the kind that it raises (clause 12.26, Door_Alarm_State).
 * ALARM names no cause: tamper is the alarm that claims the least. LOCK_DOWN, FREE_ACCESS and EGRESS_OPEN are ways to operate a door, not alarms.
 */
const alarmStateTable: Readonly<Record<number, { readonly words: string; readonly raises?: DoorKind }>> = {
  0: { words: 'normal' },
  1: { words: 'alarm', raises: 'door.tamper' },
  2: { words: 'door open too long', raises: 'door.held' },
  3: { words: 'forced open', raises: 'door.forced' },
  4: { words: 'tamper', raises: 'door.tamper' },
  5: { words: 'door fault', raises: 'door.fault' },
  6: { words: 'lock down' },
  7: { words: 'free access' },
  8: { words: 'egress open' },
};

/** The kinds that Door_Alarm_State tells of, door.fault apart, which has other causes too. */
const alarmKinds = ['door.forced', 'door.held', 'door.tamper'] as const satisfies readonly DoorKind[];

/**
 * The alarms that stand after `alarmState`. The property has room for one alarm, so that a second hides the first:
 * an alarm is over only when the property says that none is left.
 */
export function alarmsAfter(standing: ReadonlySet<DoorKind>, alarmState: number | undefined): ReadonlySet<DoorKind> {
  const raises = alarmState === undefined ? undefined : alarmStateTable[alarmState]?.raises;
  return raises === undefined ? new Set() : new Set([...standing, raises]);
}

/** The states of a door, from what its objects say and the alarms that stand. */
export function doorStates(readings: DoorReadings, alarms: ReadonlySet<DoorKind>): DoorStates {
  const states = new Map<DoorKind, PointState>();
  const door = rowOf(doorStatusTable, readings.doorStatus);
  const lock = rowOf(lockStatusTable, readings.lockStatus);
  const open = readings.contactOpen === undefined ? door?.says : phase(readings.contactOpen);
  put(states, 'door.open', open);
  const told = readings.lockReleased === undefined ? lock?.says : phase(readings.lockReleased);
  put(states, 'door.unlocked', told === undefined || told === 'nothing' ? lockBySecuredStatus(readings.securedStatus, open) : told);
  if (readings.alarmState !== undefined) for (const kind of alarmKinds) states.set(kind, { phase: phase(alarms.has(kind)) });
  if (readings.tamperActive !== undefined) states.set('door.tamper', { phase: phase(readings.tamperActive || alarms.has('door.tamper')) });

  const causes = [
    ...(door?.fault ? [door.words] : []),
    ...(lock?.fault ? [lock.words] : []),
    ...(alarms.has('door.fault') ? ['door alarm state'] : []),
    ...(readings.fault === true ? ['status flags'] : []),
  ];
  states.set('door.fault', causes.length > 0 ? { phase: 'raised', details: { cause: causes.join(', ') } } : { phase: 'restored' });
  return states;
}

/**
 * Secured_Status (0 secured, 1 unsecured) where Lock_Status does not tell: a secured door is locked;
 * an unsecured one that is shut is not locked; of one that stands open nothing is known (clause 12.26, Secured_Status).
 */
function lockBySecuredStatus(secured: number | undefined, open: Says | undefined): Says {
  if (secured === 0) return 'restored';
  if (secured === 1) return open === 'restored' ? 'raised' : 'uncertain';
  return secured === undefined ? 'nothing' : 'uncertain';
}

/** A value that the table does not know, from a later revision of the standard, says that the state is unknown. */
function rowOf(table: Readonly<Record<number, StatusRow>>, value: number | undefined): StatusRow | undefined {
  return value === undefined ? undefined : (table[value] ?? { words: `value ${value}`, says: 'uncertain' });
}

function put(states: Map<DoorKind, PointState>, kind: DoorKind, says: Says | undefined): void {
  if (says !== undefined && says !== 'nothing') states.set(kind, { phase: says });
}

const phase = (active: boolean): 'raised' | 'restored' => (active ? 'raised' : 'restored');
