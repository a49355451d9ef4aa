import type { EventKind } from '../../src/domain/kinds.ts';

/** One signal of a door: the kind of event that it raises, and whether that has an end. */
interface DoorSignal {
  readonly kind: EventKind;
  readonly type: 'state' | 'momentary';
  /** What follows from something else is read before it: an opening before the badge that allowed it. */
  readonly follows: boolean;
}

/** The signals of a door under their names in the site file, in the order in which they are reported: a cause before what follows from it. */
export const doorSignals = {
  requestToExit: { kind: 'door.exit-request', type: 'momentary', follows: false },
  lock: { kind: 'door.unlocked', type: 'state', follows: false },
  contact: { kind: 'door.open', type: 'state', follows: true },
  forced: { kind: 'door.forced', type: 'state', follows: true },
  held: { kind: 'door.held', type: 'state', follows: true },
  tamper: { kind: 'door.tamper', type: 'state', follows: true },
  fault: { kind: 'door.fault', type: 'state', follows: true },
} as const satisfies Record<string, DoorSignal>;
export type DoorSignalName = keyof typeof doorSignals;
export const doorSignalNames = Object.keys(doorSignals) as DoorSignalName[];

interface BadgeResult {
  readonly kind: EventKind;
  /** Of the ONVIF Access Control Service Specification, AccessDenied. */
  readonly reason?: string;
}

/** Result codes of a reader's event log. */
export const badgeResults: Readonly<Record<number, BadgeResult>> = {
  1: { kind: 'access.granted' },
  2: { kind: 'access.denied', reason: 'CredentialNotFound' },
  3: { kind: 'access.denied', reason: 'Unauthorized' },
  4: { kind: 'access.denied', reason: 'CredentialExpired' },
  5: { kind: 'access.denied', reason: 'NotPermittedAtThisTime' },
};

/** Every kind that a controller can raise, and `device.offline` for the points of a unit that shares its line with others. */
export const kinds: readonly EventKind[] = [
  ...doorSignalNames.map((name) => doorSignals[name].kind),
  'access.granted',
  'access.denied',
  'device.offline',
];
