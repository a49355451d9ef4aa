import type { EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { Camera } from '../domain/site.ts';
import type { AutomaticMove, PtzControl } from './control.ts';

type Control = Pick<PtzControl, 'automatic' | 'release' | 'standing'>;

/** Turns cameras to what an incident is about, where the site names a preset for it, and lets go of them when it is closed. */
export class IncidentPresets {
  readonly #cameras: ReadonlyMap<string, Camera>;
  readonly #control: Control;
  /** The priority with which each open incident has claimed its cameras. */
  readonly #claimed = new Map<string, Incident['priority']>();

  constructor(cameras: readonly Camera[], control: Control) {
    this.#cameras = new Map(cameras.map((camera) => [camera.id, camera]));
    this.#control = control;
  }

  /** For each change of the book. */
  apply(incident: Incident, isNew: boolean): void {
    const { id, state, suppressed, priority } = incident;
    if (state === 'closed') {
      if (this.#claimed.delete(id)) this.#control.release(claimOf(id));
      return;
    }
    if (isNew && suppressed === undefined) this.#claim(incident);
    // More urgent than before, it may take a camera that it had to wait for. One that had its time does not get it again.
    else if (this.#claimed.has(id) && this.#claimed.get(id) !== priority && this.#control.standing(claimOf(id))) this.#claim(incident);
  }

  /** After a restart: what is open has its cameras as if nothing had happened, until its time or until it is closed. */
  resume(incidents: Iterable<Incident>): void {
    for (const incident of incidents) if (incident.state !== 'closed' && incident.suppressed === undefined) this.#claim(incident, incident.openedAt);
  }

  #claim(incident: Incident, since?: EpochMs): void {
    for (const move of presetsFor(incident, this.#cameras)) {
      this.#claimed.set(incident.id, incident.priority);
      this.#control.automatic({ ...move, ...(since !== undefined && { since }) });
    }
  }
}

/** The presets of the incident's cameras for its point, else its door, else the nearest of its areas. */
export function presetsFor(incident: Incident, cameras: ReadonlyMap<string, Camera>): AutomaticMove[] {
  const { id, title, priority, point, door, areas } = incident;
  const about = [point, ...(door === undefined ? [] : [door]), ...areas];
  return incident.cameras.flatMap((camera) => {
    const presets = cameras.get(camera)?.presets ?? {};
    const preset = about.map((each) => presets[each]).find((each) => each !== undefined);
    return preset === undefined ? [] : [{ id: claimOf(id), kind: 'alarm' as const, camera, preset, priority, by: title, incident: id }];
  });
}

const claimOf = (incident: string): string => `incident ${incident}`;
