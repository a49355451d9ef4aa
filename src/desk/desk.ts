import { randomUUID } from 'node:crypto';
import type { DoorState } from '../domain/door.ts';
import type { Incident } from '../domain/incident.ts';
import type { PanelState } from '../domain/panel.ts';
import type { PtzState } from '../domain/ptz.ts';
import type { DeskChanges, DeskState } from './protocol.ts';
import type { ThreatState } from '../domain/threat.ts';
import type { AlarmState, DeviceState, Health, LogLine } from './schemas.ts';

/** How many log lines a console gets when it starts. */
const LOG_LINES = 200;
/** Closed incidents stay on the desk this many deep, so that the last shift's work can be looked at. */
const CLOSED_KEPT = 50;
/** A console that was away for longer than this many changes gets everything again. */
const CHANGES_KEPT = 1000;

/** What is published at once: the latest of each thing that changed. */
export interface Publication {
  readonly incidents?: readonly Incident[];
  readonly doors?: readonly DoorState[];
  readonly panels?: readonly PanelState[];
  readonly ptz?: readonly PtzState[];
  readonly devices?: readonly DeviceState[];
  readonly log?: readonly LogLine[];
  /** As a whole. */
  readonly alarms?: AlarmState;
  /** As a whole. */
  readonly health?: Health;
  /** As a whole. */
  readonly threats?: ThreatState;
}

/** What every console shows, and the changes that brought it there. Revisions count within one epoch: one run of the gateway. */
export class Desk {
  readonly epoch = randomUUID();
  readonly #incidents = new Map<string, Incident>();
  readonly #doors = new Map<string, DoorState>();
  readonly #panels = new Map<string, PanelState>();
  /** Cameras that somebody moves. */
  readonly #ptz = new Map<string, PtzState>();
  readonly #devices = new Map<string, DeviceState>();
  readonly #consoles = new Set<(changes: DeskChanges) => void>();
  #alarms: AlarmState | undefined;
  #health: Health | undefined;
  #threats: ThreatState | undefined;
  #log: LogLine[] = [];
  #changes: DeskChanges[] = [];
  #revision = 0;

  /** Applies what changed and tells every console. */
  publish(what: Publication): void {
    for (const incident of what.incidents ?? []) this.#incidents.set(incident.id, incident);
    for (const door of what.doors ?? []) this.#doors.set(door.door, door);
    for (const panel of what.panels ?? []) this.#panels.set(panel.panel, panel);
    for (const state of what.ptz ?? []) {
      if (state.holder === undefined) this.#ptz.delete(state.camera);
      else this.#ptz.set(state.camera, state);
    }
    for (const device of what.devices ?? []) this.#devices.set(device.device, device);
    if (what.alarms) this.#alarms = what.alarms;
    if (what.health) this.#health = what.health;
    if (what.threats) this.#threats = what.threats;
    if (what.log) this.#log = [...this.#log, ...what.log].slice(-LOG_LINES);
    if (what.incidents) this.#forgetOldest();
    this.#revision += 1;
    const changes: DeskChanges = {
      type: 'changes',
      revision: this.#revision,
      ...(what.incidents && { incidents: what.incidents.map(mutable) }),
      ...(what.doors && { doors: [...what.doors] }),
      ...(what.panels && { panels: [...what.panels] }),
      ...(what.ptz && { ptz: [...what.ptz] }),
      ...(what.devices && { devices: [...what.devices] }),
      ...(what.log && { log: [...what.log] }),
      ...(what.alarms && { alarms: what.alarms }),
      ...(what.health && { health: what.health }),
      ...(what.threats && { threats: what.threats }),
    };
    this.#changes.push(changes);
    if (this.#changes.length > CHANGES_KEPT) this.#changes.shift();
    for (const tell of this.#consoles) tell(changes);
  }

  /** Everything, for a console that has nothing yet. */
  state(): DeskState {
    return {
      type: 'state',
      revision: this.#revision,
      incidents: [...this.#incidents.values()].map(mutable),
      doors: [...this.#doors.values()],
      ...(this.#panels.size > 0 && { panels: [...this.#panels.values()] }),
      ...(this.#ptz.size > 0 && { ptz: [...this.#ptz.values()] }),
      devices: [...this.#devices.values()],
      log: this.#log,
      ...(this.#alarms && { alarms: this.#alarms }),
      ...(this.#health && { health: this.#health }),
      ...(this.#threats && { threats: this.#threats }),
    };
  }

  /** What a console needs that was last up to date at `revision` of `epoch`, without a gap. */
  since(epoch: string | undefined, revision: number | undefined): (DeskState | DeskChanges)[] {
    if (epoch !== this.epoch || revision === undefined || revision > this.#revision) return [this.state()];
    const missed = this.#changes.filter((changes) => changes.revision > revision);
    return missed.length === this.#revision - revision ? missed : [this.state()];
  }

  /** What has changed since `revision`, in one message: of what changed several times the latest alone. Everything, when too much was missed. */
  latestSince(revision: number): DeskState | DeskChanges {
    const missed = this.#changes.filter((changes) => changes.revision > revision);
    return missed.length === this.#revision - revision ? together(missed, this.#revision) : this.state();
  }

  /** Calls `tell` at each change, until the returned function is called. */
  subscribe(tell: (changes: DeskChanges) => void): () => void {
    this.#consoles.add(tell);
    return () => this.#consoles.delete(tell);
  }

  get consoles(): number {
    return this.#consoles.size;
  }

  #forgetOldest(): void {
    const closed = [...this.#incidents.values()].filter(({ state }) => state === 'closed');
    for (const { id } of closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT))) this.#incidents.delete(id);
  }
}

/** Several changes as one: of each thing, and of what is told as a whole, the latest. */
function together(missed: readonly DeskChanges[], revision: number): DeskChanges {
  const all = missed.reduce<DeskChanges>((before, each) => ({ ...before, ...each }), { type: 'changes', revision });
  return {
    ...all,
    revision,
    ...(all.incidents && {
      incidents: latestOf(
        missed.map(({ incidents }) => incidents),
        ({ id }) => id,
      ),
    }),
    ...(all.doors && {
      doors: latestOf(
        missed.map(({ doors }) => doors),
        ({ door }) => door,
      ),
    }),
    ...(all.panels && {
      panels: latestOf(
        missed.map(({ panels }) => panels),
        ({ panel }) => panel,
      ),
    }),
    ...(all.devices && {
      devices: latestOf(
        missed.map(({ devices }) => devices),
        ({ device }) => device,
      ),
    }),
    ...(all.log && { log: missed.flatMap(({ log }) => log ?? []).slice(-LOG_LINES) }),
  };
}

function latestOf<Each>(lists: readonly (readonly Each[] | undefined)[], id: (each: Each) => string): Each[] {
  return [...new Map(lists.flatMap((list) => list ?? []).map((each) => [id(each), each])).values()];
}

/** The protocol's types are inferred from its schemas, which do not know `readonly`. */
function mutable(incident: Incident): NonNullable<DeskChanges['incidents']>[number] {
  return incident as NonNullable<DeskChanges['incidents']>[number];
}
