import { dirname, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Device, Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import type { CameraFacet, DoorFacet, RecordingFacet, ServedPoint } from './contract.ts';
import type { AdapterRunner } from './runner.ts';
import { readSecret } from './secret.ts';
import { DeviceSupervisor } from './supervisor.ts';

export interface FleetOptions {
  readonly site: Site;
  /** The site file's path: secrets' files are relative to it. */
  readonly siteFile: string;
  /** Makes what runs the adapter of that name; called once for each adapter that the site uses. */
  readonly runner: (adapter: string) => AdapterRunner;
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: (device: PointId, signal: DeviceSignal) => Promise<void>;
  /** Called when a device's link or its count of malformed frames changes. */
  readonly changed: (supervisor: DeviceSupervisor) => void;
  readonly random: () => number;
}

const STOP_WITHIN_MS = 5000;

/** All devices of a site, each under a supervisor of its own. */
export class Fleet {
  readonly supervisors: ReadonlyMap<PointId, DeviceSupervisor>;
  readonly #deviceOf: ReadonlyMap<PointId, PointId>;
  readonly #runners = new Map<string, AdapterRunner>();
  readonly #clock: Clock;

  constructor(options: FleetOptions) {
    this.#clock = options.clock;
    this.#deviceOf = new Map(pointsOf(options.site).map(({ id, device }) => [id, device]));
    const supervisors = new Map<PointId, DeviceSupervisor>();
    for (const device of options.site.devices) {
      const runner = this.#runners.get(device.adapter) ?? options.runner(device.adapter);
      this.#runners.set(device.adapter, runner);
      supervisors.set(device.id, supervisor(device, runner, options));
    }
    this.supervisors = supervisors;
  }

  start(): void {
    for (const each of this.supervisors.values()) each.start();
  }

  /** Resolves when every handle is released. An adapter that takes too long to let go is ended with its thread. */
  async stop(): Promise<void> {
    const closeRunners = () => Promise.all([...this.#runners.values()].map((runner) => runner.close()));
    const cancel = this.#clock.after(STOP_WITHIN_MS, () => void closeRunners());
    await Promise.all([...this.supervisors.values()].map((each) => each.stop()));
    cancel();
    await closeRunners();
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

  /** The recordings of a recorder. @throws Error saying why it cannot be reached. */
  recordings(device: PointId): RecordingFacet {
    const { connection } = this.#reachDevice(device);
    if (connection.recordings === undefined) throw new Error(`${this.supervisors.get(device)?.device.name ?? device} has no recordings`);
    return connection.recordings;
  }

  #reach(point: PointId) {
    const device = this.#deviceOf.get(point);
    if (device === undefined) throw new Error(`no device serves ${point}`);
    return this.#reachDevice(device);
  }

  #reachDevice(id: PointId) {
    const supervisor = this.supervisors.get(id);
    if (supervisor === undefined) throw new Error(`there is no device ${id}`);
    const { connection, link, device } = supervisor;
    if (connection !== undefined) return { supervisor, connection };
    const reason = 'reason' in link ? `: ${link.reason}` : '';
    throw new Error(`${device.name} is ${link.state}${reason}`);
  }
}

function supervisor(device: Device, runner: AdapterRunner, options: FleetOptions): DeviceSupervisor {
  const { site, siteFile, clock, log, report, changed, random } = options;
  const resolvePath = (path: string) => resolve(dirname(siteFile), path);
  const created: DeviceSupervisor = new DeviceSupervisor({
    runner,
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
