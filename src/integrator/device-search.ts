import type { Adapters } from '../adapter/loader.ts';
import type { Discovery, Interfaces } from '../desk/integrator-schemas.ts';
import { Refusal } from '../desk/operations.ts';
import { discoverAll } from '../discovery/discover.ts';
import { siteFragment } from '../discovery/site-fragment.ts';
import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import { isInNetwork, ownInterfaces } from './network.ts';

export interface DiscoveryRequest {
  readonly interface: string;
  readonly adapters: readonly string[];
  readonly host?: string;
  readonly seconds: number;
}

/** Looks for devices on one network at a time, with the adapters that can. */
export class DeviceSearch {
  readonly #adapters: Adapters;
  readonly #knownIds: ReadonlySet<PointId>;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #busy = false;

  /** `knownIds`: the devices that the site has already. */
  constructor(adapters: Adapters, knownIds: ReadonlySet<PointId>, clock: Clock) {
    this.#adapters = adapters;
    this.#knownIds = knownIds;
    this.#clock = clock;
  }

  possibilities(): Interfaces {
    return {
      interfaces: ownInterfaces().map((each) => ({ ...each })),
      adapters: [...this.#adapters.values()].filter((adapter) => adapter.discover !== undefined).map(({ name, summary }) => ({ name, summary })),
    };
  }

  /** @throws Refusal when the request leads out of the network, names what cannot search, or another search is under way. */
  async search(request: DiscoveryRequest): Promise<Discovery> {
    this.#check(request);
    if (this.#busy) throw new Refusal('conflict', 'another search is under way: wait until it has ended');
    this.#busy = true;
    const { interface: address, host, seconds } = request;
    const searches = request.adapters.flatMap((name) => {
      const adapter = this.#adapters.get(name);
      return adapter === undefined ? [] : [{ adapter, ...(host !== undefined && { host }) }];
    });
    try {
      const options = { interface: address, timeoutMs: seconds * 1000, signal: this.#closing.signal, clock: this.#clock };
      const { found, failures } = await discoverAll(searches, options);
      return {
        devices: found.map(({ adapter, device: { id, name, remark } }) => ({
          adapter,
          id,
          name,
          ...(remark !== undefined && { remark }),
          known: this.#knownIds.has(id),
        })),
        fragment: found.length === 0 ? '' : siteFragment(found),
        failures: [...failures].map(([adapter, message]) => ({ adapter, message })),
      };
    } finally {
      this.#busy = false;
    }
  }

  /** Ends a search that is under way. */
  close(): void {
    this.#closing.abort(new Error('the gateway is stopping'));
  }

  #check({ interface: address, adapters, host }: DiscoveryRequest): void {
    const own = ownInterfaces().find((each) => each.address === address);
    if (own === undefined) throw new Refusal('invalid', `${address} is no address of this machine: choose one of its interfaces`);
    if (host !== undefined && !isInNetwork(host, own)) {
      throw new Refusal(
        'invalid',
        `${host} is no IPv4 address in the network of ${own.name} (${own.address}, ${own.netmask}): nothing is sent beyond it`,
      );
    }
    for (const name of adapters) {
      if (this.#adapters.get(name)?.discover === undefined) throw new Refusal('invalid', `${name} cannot look for devices`);
    }
  }
}
