import type { DeskChanges, DeskState, Hello, ToConsole } from '../desk/protocol.ts';
import type { AlarmState, DeviceState, Health, LogLine } from '../desk/schemas.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { DoorState } from '../domain/door.ts';
import type { Incident } from '../domain/incident.ts';
import type { PanelState } from '../domain/panel.ts';
import type { ThreatState } from '../domain/threat.ts';
import type { PtzState } from '../domain/ptz.ts';

/** Everything that the gateway has told this console. */
export interface DeskView {
  readonly hello: Hello | undefined;
  /** The gateway's clock minus this machine's. */
  readonly clockOffsetMs: number;
  /** Up to where this console is up to date; undefined while it has nothing. */
  readonly synced: { readonly epoch: string; readonly revision: number } | undefined;
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly doors: ReadonlyMap<string, DoorState>;
  readonly panels: ReadonlyMap<string, PanelState>;
  /** Cameras that somebody moves. */
  readonly ptz: ReadonlyMap<string, PtzState>;
  readonly devices: ReadonlyMap<string, DeviceState>;
  /** What the queue leaves out or groups; undefined until it is known. */
  readonly alarms: AlarmState | undefined;
  /** Oldest first. */
  readonly log: readonly LogLine[];
  /** What the gateway has trouble with. */
  readonly health: Health;
  readonly threats: ThreatState;
  /** What the last changes brought for the pictures of their incidents. */
  readonly tickets: NonNullable<DeskChanges['tickets']>;
}

const well: Health = { problems: [], notStored: [] };
const normal: ThreatState = { inForce: [], doors: [] };

export const emptyView: DeskView = {
  hello: undefined,
  clockOffsetMs: 0,
  synced: undefined,
  incidents: new Map(),
  doors: new Map(),
  panels: new Map(),
  ptz: new Map(),
  devices: new Map(),
  alarms: undefined,
  log: [],
  health: well,
  threats: normal,
  tickets: [],
};

// A console stays open for weeks: what is over must not pile up.
const LOG_LINES = 200;
const CLOSED_INCIDENTS = 30;

/** The view after `message`, which arrived at `localNow` by this machine's clock. Pure. */
export function reduce(view: DeskView, message: ToConsole, localNow: EpochMs): DeskView {
  switch (message.type) {
    case 'hello':
      // What is on the screen stays there until the state of the new epoch replaces it.
      return { ...view, hello: message, clockOffsetMs: message.now - localNow };
    case 'state':
      return stateOf(view, message);
    case 'changes':
      return changed(view, message);
    case 'answer':
      return view;
  }
}

function stateOf(view: DeskView, { revision, incidents, doors, panels, ptz, devices, log, alarms, health, threats }: DeskState): DeskView {
  return {
    ...view,
    synced: syncedAt(view, revision),
    incidents: new Map(incidents.map((incident) => [incident.id, incident])),
    doors: new Map(doors.map((door) => [door.door, door])),
    panels: new Map(panels?.map((panel) => [panel.panel, panel])),
    ptz: new Map(ptz?.map((state) => [state.camera, state])),
    devices: new Map(devices.map((device) => [device.device, device])),
    log: log.slice(-LOG_LINES),
    health: health ?? well,
    threats: threats ?? normal,
    alarms,
  };
}

function changed(view: DeskView, { revision, incidents, doors, panels, ptz, devices, log, alarms, health, threats, tickets }: DeskChanges): DeskView {
  return {
    ...view,
    synced: syncedAt(view, revision),
    incidents: incidents === undefined ? view.incidents : mergedIncidents(view.incidents, incidents),
    doors: doors === undefined ? view.doors : new Map([...view.doors, ...doors.map((door) => [door.door, door] as const)]),
    panels: panels === undefined ? view.panels : new Map([...view.panels, ...panels.map((panel) => [panel.panel, panel] as const)]),
    ptz: ptz === undefined ? view.ptz : new Map([...view.ptz, ...ptz.map((state) => [state.camera, state] as const)]),
    devices: devices === undefined ? view.devices : new Map([...view.devices, ...devices.map((device) => [device.device, device] as const)]),
    log: log === undefined ? view.log : mergedLog(view.log, log),
    health: health ?? view.health,
    threats: threats ?? view.threats,
    tickets: tickets ?? [],
    alarms: alarms ?? view.alarms,
  };
}

function syncedAt(view: DeskView, revision: number): DeskView['synced'] {
  return view.hello === undefined ? undefined : { epoch: view.hello.epoch, revision };
}

/** After a resume a change may arrive that is known already; an older revision never replaces a newer one. */
function mergedIncidents(known: ReadonlyMap<string, Incident>, news: readonly Incident[]): ReadonlyMap<string, Incident> {
  const merged = new Map(known);
  for (const incident of news) {
    if (incident.revision >= (known.get(incident.id)?.revision ?? 0)) merged.set(incident.id, incident);
  }
  const closed = [...merged.values()].filter((incident) => incident.state === 'closed');
  closed.sort((a, b) => (b.closedAt ?? 0) - (a.closedAt ?? 0));
  for (const { id } of closed.slice(CLOSED_INCIDENTS)) merged.delete(id);
  return merged;
}

function mergedLog(known: readonly LogLine[], news: readonly LogLine[]): readonly LogLine[] {
  const last = known.at(-1)?.id ?? -Infinity;
  return [...known, ...news.filter((line) => line.id > last)].slice(-LOG_LINES);
}

/** What is open, but out of the queue for a while or by design. */
export function shelvedIncidents(incidents: ReadonlyMap<string, Incident>): readonly Incident[] {
  return [...incidents.values()].filter(({ state, suppressed }) => state !== 'closed' && suppressed !== undefined);
}

/** The queue: what is neither closed nor shelved, most urgent first, within a priority the oldest first. */
export function openIncidents(incidents: ReadonlyMap<string, Incident>): readonly Incident[] {
  return [...incidents.values()]
    .filter(({ state, suppressed }) => state !== 'closed' && suppressed === undefined)
    .sort((a, b) => a.priority - b.priority || a.openedAt - b.openedAt || a.id.localeCompare(b.id));
}
