import type { DoorCommand, DoorState } from '../domain/door.ts';
import type { Disposition, Evidence, Incident, IncidentState, Priority, Renewal } from '../domain/incident.ts';
import type { MeasureType } from '../domain/measure.ts';
import type { ThreatDoor, ThreatDoorCommand, ThreatLevel } from '../domain/threat.ts';
import type { DeviceState, SiteView } from '../desk/schemas.ts';
import type { Names } from './names.ts';

// The words that a dispatcher reads, each table in one place.

export const priorityWords: Readonly<Record<Priority, string>> = { 1: 'Critical', 2: 'High', 3: 'Medium', 4: 'Low', 5: 'Information' };

/** The state of an incident; one that is new again says why. */
export function stateWord({ state, renewed }: Pick<Incident, 'state' | 'renewed'>): string {
  return state === 'new' && renewed !== undefined ? renewalWords[renewed] : stateWords[state];
}

const renewalWords: Readonly<Record<Renewal, string>> = {
  'raised-again': 'New: raised again',
  'hold-over': 'New: hold is over',
  news: 'New: it got graver',
  reopened: 'Reopened',
  unshelved: 'New: was shelved',
};

export const measureWords: Readonly<Record<MeasureType, string>> = { shelved: 'Shelved', 'out-of-service': 'Out of service', 'on-test': 'On test' };

const stateWords: Readonly<Record<IncidentState, string>> = {
  new: 'New',
  acknowledged: 'Acknowledged',
  'in-progress': 'In progress',
  'on-hold': 'On hold',
  resolved: 'Resolved',
  closed: 'Closed',
};

export const dispositionWords: Readonly<Record<Disposition, { readonly name: string; readonly meaning: string }>> = {
  actual: { name: 'Actual', meaning: 'It happened as it was reported' },
  'false-alarm': { name: 'False alarm', meaning: 'Nothing happened' },
  nuisance: { name: 'Nuisance', meaning: 'Harmless cause, such as weather or an animal' },
  test: { name: 'Test', meaning: 'Somebody tested the system' },
  fault: { name: 'Fault', meaning: 'A device did not work' },
};

export const roleWords: Readonly<Record<Evidence['role'], string>> = {
  lead: 'raised it',
  support: 'strengthened it',
  repeat: 'said it again',
  restore: 'back to normal',
};

export const commandWords: Readonly<Record<DoorCommand, { readonly name: string; readonly key: string }>> = {
  unlock: { name: 'Unlock', key: 'U' },
  lock: { name: 'Lock', key: 'L' },
  access: { name: 'Let through', key: 'T' },
};

export const linkWords: Readonly<Record<DeviceState['state'], { readonly name: string; readonly sign: string }>> = {
  online: { name: 'Online', sign: '●' },
  connecting: { name: 'Connecting', sign: '◌' },
  offline: { name: 'Offline', sign: '▲' },
  failed: { name: 'Failed', sign: '✕' },
  stopped: { name: 'Stopped', sign: '■' },
};

/** Where a threat level holds. */
export function threatScope(scope: string, site: Pick<SiteView, 'id'>, names: Names): string {
  return scope === site.id ? 'whole site' : names.point(scope);
}

/** What a threat level does, in a few words. */
export function threatEffect({ doors, raisesPriorityBy }: ThreatLevel): string {
  const command = doors === undefined ? 'leaves the doors as they are' : `${doors}s the doors`;
  return raisesPriorityBy === 0 ? command : `${command}; incidents there get more urgent`;
}

/** What became of a door under a threat level, with a sign. */
export function threatOutcomeWords(outcome: ThreatDoor['outcome'], command: ThreatDoorCommand): string {
  const done = command === 'lock' ? 'Locked' : 'Unlocked';
  const words: Readonly<Record<ThreatDoor['outcome'], string>> = {
    failed: `✕ Not ${done.toLowerCase()}`,
    unreachable: '✕ Not reachable',
    differs: `▲ Not ${done.toLowerCase()} now`,
    waiting: '◌ Waiting',
    commanded: '◐ Commanded',
    done: `✓ ${done}`,
  };
  return words[outcome];
}

/** What is wrong with a door, gravest first; empty for a door that is as it should be. */
export function doorTroubles(door: DoorState): readonly string[] {
  return [
    door.alarm === 'DoorForcedOpen' && 'Forced open',
    door.alarm === 'DoorOpenTooLong' && 'Held open',
    door.tamper && 'Tampered with',
    door.fault && 'Fault',
  ].filter((trouble) => trouble !== false);
}
