import { dirname, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Device, Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import type { CameraFacet, DoorFacet, ServedPoint } from './contract.ts';
import type { Adapters } from './loader.ts';
import { readSecret } from './secret.ts';
import { DeviceSupervisor } from './supervisor.ts';

export interface FleetOptions {
  readonly site: Site;
  /** The site file's path: secrets' files are relative to it. */
  readonly siteFile: string;
  readonly adapters: Adapters;
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: (device: PointId, signal: DeviceSignal) => Promise<void>;
  /** Called when a device's link or its count of malformed frames changes. */
  readonly changed: (supervisor: DeviceSupervisor) => void;
  readonly random: () => number;
}

/** All devices of a site, each under a supervisor of its own. */
export class Fleet {
  readonly supervisors: ReadonlyMap<PointId, DeviceSupervisor>;
  readonly #deviceOf: ReadonlyMap<PointId, PointId>;

  constructor(options: FleetOptions) {
    this.#deviceOf = new Map(pointsOf(options.site).map(({ id, device }) => [id, device]));
    this.supervisors = new Map(options.site.devices.map((device) => [device.id, supervisor(device, options)]));
  }

  start(): void {
    for (const each of this.supervisors.values()) each.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.supervisors.values()].map((each) => each.stop()));
  }

  /** The commands of a door. @throws Error with a sentence for the dispatcher when the device is not online or takes no commands. */
  doors(door: PointId): DoorFacet {
    const { supervisor, connection } = this.#reach(door);
    if (connection.doors === undefined) throw new Error(`${supervisor.device.name} takes no door commands`);
    return connection.doors;
  }

  /** The pictures of a camera. @throws Error saying why its device cannot be reached. */
  cameras(camera: PointId): CameraFacet {
    const { supervisor, connection } = this.#reach(camera);
    if (connection.cameras === undefined) throw new Error(`${supervisor.device.name} has no pictures`);
    return connection.cameras;
  }

  #reach(point: PointId) {
    const supervisor = this.supervisors.get(this.#deviceOf.get(point) ?? '');
    if (supervisor === undefined) throw new Error(`no device serves ${point}`);
    const { connection, link, device } = supervisor;
    if (connection !== undefined) return { supervisor, connection };
    const reason = 'reason' in link ? `: ${link.reason}` : '';
    throw new Error(`${device.name} is ${link.state}${reason}`);
  }
}

function supervisor(device: Device, options: FleetOptions): DeviceSupervisor {
  const { site, siteFile, adapters, clock, log, report, changed, random } = options;
  const definition = adapters.get(device.adapter);
  if (definition === undefined) throw new Error(`there is no adapter "${device.adapter}"`);
  const resolvePath = (path: string) => resolve(dirname(siteFile), path);
  const created: DeviceSupervisor = new DeviceSupervisor({
    definition,
    device,
    points: servedBy(device.id, site),
    clock,
    log,
    report: (signal) => report(device.id, signal),
    secret: (reference) => readSecret(reference, resolvePath),
    changed: () => changed(created),
    random,
  });
  return created;
}

function servedBy(device: PointId, site: Site): ServedPoint[] {
  const parents = new Map<PointId, PointId>([
    ...site.readers.map(({ id, door }) => [id, door] as const),
    ...site.zones.map(({ id, panel }) => [id, panel] as const),
  ]);
  return pointsOf(site)
    .filter((point) => point.device === device)
    .map(({ id, type, name, at }) => {
      const parent = parents.get(id);
      return { id, type, name, at, ...(parent !== undefined && { parent }) };
    });
}
