import type { Hello, DeskState } from '../../src/desk/protocol.ts';
import { PROTOCOL_VERSION } from '../../src/desk/protocol.ts';
import type { Figures } from '../../src/desk/figures-schemas.ts';
import type { DeviceState, SiteView } from '../../src/desk/schemas.ts';
import type { DoorState } from '../../src/domain/door.ts';

// A small site and things that happen in it, for the tests of the console.

/** An incident as it travels. */
export type SentIncident = DeskState['incidents'][number];

export const T0 = Date.UTC(2026, 0, 15, 12, 0, 0);

const doors = [
  { id: 'door-server', name: 'Server room door', area: 'server-room', commands: ['lock', 'unlock', 'access'] as const },
  { id: 'door-main', name: 'Main entrance', area: 'lobby', commands: ['lock', 'unlock', 'access'] as const },
  { id: 'door-stairs', name: 'Stairwell door', area: 'lobby', commands: ['lock', 'unlock'] as const },
  { id: 'door-gate', name: 'Delivery gate', area: 'yard', commands: ['lock', 'unlock'] as const },
].map((door) => ({ ...door, commands: [...door.commands] }));

const cameras = [
  { id: 'cam-server', name: 'Server room camera', area: 'server-room' },
  { id: 'cam-lobby', name: 'Lobby camera', area: 'lobby' },
  { id: 'cam-stairs', name: 'Stairwell camera', area: 'lobby' },
  { id: 'cam-yard', name: 'Yard camera', area: 'yard' },
];

const deviceNames: Readonly<Record<string, string>> = {
  'ctl-main': 'Door controller, main building',
  'ctl-annex': 'Door controller, annex',
  'cam-server-device': 'Server room camera',
  'cam-lobby-device': 'Lobby camera',
  'cam-stairs-device': 'Stairwell camera',
  'cam-yard-device': 'Yard camera',
  'sia-receiver': 'Alarm receiver',
};

export const site: SiteView = {
  id: 'lab',
  name: 'Lab campus',
  areas: [
    { id: 'campus', name: 'Campus' },
    { id: 'lobby', name: 'Lobby', within: 'campus' },
    { id: 'server-room', name: 'Server room', within: 'campus' },
    { id: 'yard', name: 'Delivery yard', within: 'campus' },
  ],
  doors,
  cameras,
  points: [
    ...doors.map(({ id, name }) => ({ id, name, type: 'door' })),
    ...cameras.map(({ id, name }) => ({ id, name, type: 'camera' })),
    ...Object.entries(deviceNames).map(([id, name]) => ({ id, name, type: 'device' })),
  ],
  threatLevels: [
    {
      id: 'lockdown',
      title: 'Lock-down',
      sign: '■',
      severity: 50,
      doors: 'lock',
      except: [],
      afterwards: 'as-before',
      raisesPriorityBy: 1,
      setBy: { roles: ['dispatcher'], accounts: [] },
    },
    {
      id: 'evacuation',
      title: 'Evacuation',
      sign: '»',
      severity: 80,
      doors: 'unlock',
      except: ['door-server'],
      afterwards: 'as-before',
      raisesPriorityBy: 0,
      setBy: { roles: ['dispatcher'], accounts: [] },
    },
    {
      id: 'drill',
      title: 'Drill',
      sign: '○',
      severity: 1,
      except: [],
      afterwards: 'as-before',
      raisesPriorityBy: 0,
      setBy: { roles: ['integrator'], accounts: [] },
    },
  ],
  scenarios: [
    { name: 'forced-door', title: 'Forced door, server room' },
    { name: 'tailgating', title: 'Tailgating at the main entrance' },
    { name: 'camera-lost', title: 'Yard camera lost' },
  ],
};

export function hello(epoch: string, now: number, protocol = PROTOCOL_VERSION): Hello {
  return { type: 'hello', protocol, epoch, now, user: { name: 'dana', role: 'dispatcher' }, colleagues: ['dana', 'eli'], site };
}

export function door(id: string, at: number, change: Partial<DoorState> = {}): DoorState {
  return { door: id, physical: 'Closed', lock: 'Locked', alarm: 'Normal', tamper: false, fault: false, current: true, changedAt: at, ...change };
}

export function device(id: string, at: number, change: Partial<DeviceState> = {}): DeviceState {
  const adapter = id.startsWith('cam') ? 'onvif-camera' : id.startsWith('sia') ? 'sia-panel' : 'modbus-door';
  return { device: id, name: deviceNames[id] ?? id, adapter, state: 'online', since: at, detail: 'Firmware 1.0', malformed: 0, ...change };
}

export function quietState(at: number): DeskState {
  return {
    type: 'state',
    revision: 10,
    incidents: [],
    doors: doors.map(({ id }) => door(id, at - 3_600_000)),
    devices: Object.keys(deviceNames).map((id) => device(id, at - 7_200_000)),
    log: [
      { id: 1, at: at - 3_700_000, by: 'sallyport', text: 'Door controller, main building: online' },
      { id: 2, at: at - 3_600_000, by: 'dana', text: 'signed in' },
    ],
  };
}

/** The server room's door was forced at `at`; `change` makes another incident of it. */
export function forcedDoor(at: number, change: Partial<SentIncident> = {}): SentIncident {
  const point = change.point ?? 'door-server';
  const lead = { event: 'e1', at, kind: 'door.forced', phase: 'raised', point, role: 'lead', rule: 'forced-door' } as const;
  const motion = {
    event: 'e2',
    at: at + 800,
    kind: 'video.motion',
    phase: 'raised',
    point: 'cam-server',
    role: 'support',
    rule: 'motion-nearby',
  } as const;
  return {
    id: 'i1',
    key: `door.forced/${point}`,
    kind: 'door.forced',
    title: 'Server room door forced open',
    reason: 'The door opened without a valid access or a request to exit.',
    priority: 1,
    priorityBecause: [
      { priority: 2, because: 'A forced door has priority 2' },
      { priority: 1, because: 'Server room camera sees motion at the same time: one step more urgent' },
    ],
    state: 'new',
    condition: 'active',
    point,
    areas: ['server-room', 'campus'],
    door: 'door-server',
    cameras: ['cam-server', 'cam-lobby'],
    evidence: [
      { ...lead, text: 'Server room door forced open' },
      { ...motion, text: 'Server room camera sees motion' },
    ],
    log: [{ at: at + 20, by: 'sallyport', what: 'opened the incident' }],
    occurredAt: at,
    openedAt: at + 20,
    revision: 1,
    ...change,
  };
}

export function heldDoor(at: number, change: Partial<SentIncident> = {}): SentIncident {
  return forcedDoor(at, {
    id: 'i2',
    kind: 'door.held',
    title: 'Main entrance held open',
    reason: 'The door has been open for longer than 20 seconds.',
    priority: 3,
    priorityBecause: [{ priority: 3, because: 'A held door has priority 3' }],
    point: 'door-main',
    areas: ['lobby', 'campus'],
    door: 'door-main',
    cameras: ['cam-lobby', 'cam-stairs'],
    ...change,
  });
}

export const figures: Figures = {
  from: T0 - 86_400_000,
  to: T0,
  incidents: 42,
  per10Min: { average: 0.292, peak: 12 },
  floodShare: 0.007,
  topPoints: [
    { point: 'door-main', incidents: 20, share: 0.476 },
    { point: 'cam-yard', incidents: 9, share: 0.214 },
  ],
  byPriority: { 1: 1, 2: 4, 3: 20, 4: 15, 5: 2 },
  standing: 3,
  stale: 1,
  open: 5,
  suppressed: 2,
  timeToAcknowledge: { p50Ms: 9_000, p95Ms: 65_000 },
  seats: [
    {
      dispatcher: 'dana',
      incidents: 31,
      per10Min: { average: 0.215, peak: 6 },
      topPoints: [{ point: 'door-main', incidents: 18, share: 0.581 }],
      byPriority: { 1: 1, 2: 3, 3: 15, 4: 10, 5: 2 },
      standing: 1,
      stale: 1,
      open: 2,
      acknowledged: 30,
      peakPer10Min: 6,
      timeToAcknowledge: { p50Ms: 8_000, p95Ms: 40_000 },
    },
    {
      dispatcher: 'eli',
      incidents: 10,
      per10Min: { average: 0.069, peak: 4 },
      topPoints: [{ point: 'cam-yard', incidents: 9, share: 0.9 }],
      byPriority: { 1: 0, 2: 1, 3: 5, 4: 4, 5: 0 },
      standing: 0,
      stale: 0,
      open: 0,
      acknowledged: 10,
      peakPer10Min: 4,
      timeToAcknowledge: { p50Ms: null, p95Ms: null },
    },
  ],
};
