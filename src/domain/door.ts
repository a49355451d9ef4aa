import type { EpochMs } from './clock.ts';
import type { SecurityEvent } from './event.ts';
import type { PointId } from './point.ts';

// The words of the ONVIF Door Control Service Specification, 5.1.

/** ONVIF DoorPhysicalState. */
export type DoorPhysicalState = 'Open' | 'Closed' | 'Unknown';
/** ONVIF LockPhysicalState. */
export type LockPhysicalState = 'Locked' | 'Unlocked' | 'Unknown';
/** ONVIF DoorAlarmState. */
export type DoorAlarmState = 'Normal' | 'DoorForcedOpen' | 'DoorOpenTooLong';

/** Commands of ONVIF Door Control that this gateway sends: UnlockDoor, LockDoor, AccessDoor (a momentary unlock). */
export const doorCommands = ['lock', 'unlock', 'access'] as const;
export type DoorCommand = (typeof doorCommands)[number];

/** What is known about a door, as its device last told it. */
export interface DoorState {
  readonly door: PointId;
  readonly physical: DoorPhysicalState;
  readonly lock: LockPhysicalState;
  readonly alarm: DoorAlarmState;
  readonly tamper: boolean;
  readonly fault: boolean;
  /** False while the device cannot be reached: everything else is then what was last known. */
  readonly current: boolean;
  readonly changedAt: EpochMs;
}

/** A door of which nothing is known yet. */
export function unknownDoor(door: PointId, at: EpochMs): DoorState {
  return { door, physical: 'Unknown', lock: 'Unknown', alarm: 'Normal', tamper: false, fault: false, current: false, changedAt: at };
}

/** The door's state after `event`; the same object if the event says nothing about it. */
export function doorAfter(state: DoorState, event: SecurityEvent): DoorState {
  const change = changeBy(state, event);
  return change === undefined ? state : { ...state, current: true, ...change, changedAt: event.eventAt };
}

function changeBy(state: DoorState, { kind, phase }: SecurityEvent): Partial<DoorState> | undefined {
  const raised = phase === 'raised';
  const unknown = phase === 'uncertain';
  switch (kind) {
    case 'door.open':
      return { physical: unknown ? 'Unknown' : raised ? 'Open' : 'Closed' };
    case 'door.unlocked':
      return { lock: unknown ? 'Unknown' : raised ? 'Unlocked' : 'Locked' };
    case 'door.forced':
      return alarm(state, 'DoorForcedOpen', raised);
    case 'door.held':
      return alarm(state, 'DoorOpenTooLong', raised);
    case 'door.tamper':
      return { tamper: raised };
    case 'door.fault':
      return { fault: raised };
    // Of the door itself: its controller shares a line with others, which answer.
    case 'device.offline':
      return { current: !raised };
    default:
      return undefined;
  }
}

/** A restore of one alarm leaves the other alone: a door can be forced and then held. */
function alarm(state: DoorState, which: DoorAlarmState, raised: boolean): Partial<DoorState> {
  if (raised) return { alarm: which };
  return state.alarm === which ? { alarm: 'Normal' } : {};
}
