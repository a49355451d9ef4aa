import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AdapterDefinition, DiscoverOptions, ServedPoint, StreamAddress } from '../adapter/contract.ts';
import { ConfigurationError } from '../adapter/contract.ts';
import type { Adapters } from '../adapter/loader.ts';
import { isInNetwork } from '../adapter/network.ts';
import { readOnly } from '../adapter/read-only.ts';
import type { AdapterRunner } from '../adapter/runner.ts';
import { DeviceSupervisor } from '../adapter/supervisor.ts';
import type { DeviceTest } from '../desk/integrator-schemas.ts';
import { Refusal } from '../desk/operations.ts';
import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import { createVideo } from '../video/index.ts';
import type { FoundDevice } from './device-search.ts';
import { testDevice } from './device-test.ts';
import type { LastReport } from './device-test.ts';

const STOP_WITHIN_MS = 5_000;

type Account = NonNullable<DiscoverOptions['account']>;

export interface FoundDeviceTestParts {
  readonly adapters: Adapters;
  /** Makes what runs the adapter for one test. */
  readonly runner: (adapter: Pick<AdapterDefinition, 'name'>) => AdapterRunner;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tests devices that a search found and the site does not have: each as it would be in the site, but with an account that was typed in, without a trace on
 * the device, and with video of its own. The account is in memory until the test has ended, and nowhere else.
 */
export class FoundDeviceTests {
  readonly #parts: FoundDeviceTestParts;
  readonly #running = new Set<string>();

  constructor(parts: FoundDeviceTestParts) {
    this.#parts = parts;
  }

  /** @throws Refusal where the device is not in the network that was searched, does not fit its adapter, or is being tested. */
  async run(found: FoundDevice, account: Account | undefined): Promise<DeviceTest> {
    const { adapter, device } = found;
    const key = `${adapter} ${device.id}`;
    const { host } = device.options;
    if (typeof host !== 'string' || !isInNetwork(host, found.network))
      throw new Refusal('invalid', `${device.name} is outside of the network that was searched: nothing is sent to it`);
    if (this.#running.has(key)) throw new Refusal('conflict', `${device.name} is being tested: wait until that has ended`);
    this.#running.add(key);
    try {
      return await this.#test(found, account);
    } finally {
      this.#running.delete(key);
    }
  }

  async #test({ adapter, device, network }: FoundDevice, account: Account | undefined): Promise<DeviceTest> {
    const { clock, log } = this.#parts;
    const definition = this.#parts.adapters.get(adapter);
    if (definition === undefined) throw new Refusal('unknown', `there is no adapter ${adapter}`);
    const options = definition.options.safeParse({
      ...device.options,
      ...('username' in device.options && account && { username: account.username }),
    });
    if (!options.success) throw new Refusal('invalid', `${device.name} does not fit its adapter: ${options.error.message}`);
    const points = servedPoints(definition, device.points);

    let last: LastReport | undefined;
    const runner = this.#parts.runner({ name: adapter });
    const supervisor = new DeviceSupervisor({
      runner: readOnly(runner),
      device: { id: device.id, name: device.name, adapter, options: options.data },
      points,
      clock,
      log,
      report: ({ kind, point, phase }) => {
        if (point !== device.id) last = { kind, point, phase, receivedAt: clock.now() };
        return Promise.resolve();
      },
      secret: () =>
        account === undefined ? Promise.reject(new ConfigurationError('it wants a password: enter an account')) : Promise.resolve(account.password),
      changed: () => undefined,
      random: Math.random,
    });
    const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
    const video = createVideo({ clock, log, dataDir, ringSeconds: 1, report: () => Promise.resolve() });
    const cameras = points.flatMap(({ id, name, type }) => (type === 'camera' ? [{ id, name }] : []));
    const open = async (camera: PointId): Promise<StreamAddress> => {
      const address = await supervisor.connection?.cameras?.stream(camera);
      if (address === undefined) throw new Error('the camera is not connected');
      const { hostname } = new URL(address.uri);
      if (!isInNetwork(hostname, network))
        throw new Error(`its video comes from ${hostname}, outside of the network that was searched: it is not asked for`);
      return address;
    };
    try {
      supervisor.start();
      const served = { points: points.map(({ id, type, name }) => ({ id, type, name })) };
      const connected = () => {
        for (const { id, name } of cameras) video.attach({ id, name }, async (stream) => (stream === 'main' ? open(id) : undefined));
      };
      return await testDevice(supervisor, { ...served, connected, reportOf: () => last, video, clock });
    } finally {
      // An adapter that does not let go is ended with its thread.
      const cancel = clock.after(STOP_WITHIN_MS, () => void runner.close());
      await supervisor.stop();
      cancel();
      await Promise.all([runner.close(), video.close()]);
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}

/** @throws Refusal where an address is none that the adapter knows. */
function servedPoints(definition: AdapterDefinition, points: FoundDevice['device']['points']): ServedPoint[] {
  return points.map((point) => {
    const at = definition.points[point.type]?.safeParse(point.at);
    if (at?.success !== true) throw new Refusal('invalid', `${point.name} does not fit its adapter`);
    return { ...point, at: at.data };
  });
}
