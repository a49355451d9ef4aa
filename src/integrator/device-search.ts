import type { AdapterDefinition, DiscoverOptions } from '../adapter/contract.ts';
import type { Adapters } from '../adapter/loader.ts';
import type { LocalNetwork } from '../adapter/network.ts';
import type { AdapterRunner } from '../adapter/runner.ts';
import type { Discovery, Interfaces } from '../desk/integrator-schemas.ts';
import { Refusal } from '../desk/operations.ts';
import { discoverAll, SearchRefused } from '../discovery/discover.ts';
import { ownInterface, ownInterfaces } from '../discovery/interfaces.ts';
import { siteFragment } from '../discovery/site-fragment.ts';
import type { Found } from '../discovery/site-fragment.ts';
import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';

export interface DiscoveryRequest {
  readonly interface: string;
  readonly adapters: readonly string[];
  readonly host?: string;
  readonly account?: DiscoverOptions['account'];
  readonly seconds: number;
}

export interface DeviceSearchParts {
  readonly adapters: Adapters;
  /** The devices that the site has already. */
  readonly knownIds: ReadonlySet<PointId>;
  /** Makes what runs one search of an adapter. */
  readonly runner: (adapter: Pick<AdapterDefinition, 'name'>) => AdapterRunner;
  readonly clock: Clock;
}

/** A device that the last search found. */
export interface FoundDevice extends Found {
  readonly network: LocalNetwork;
}

/** A Modbus unit scan asks 247 units, each of which may be silent. What takes longer is taken to hang. */
const SEARCH_WITHIN_MS = 170_000;

/** Looks for devices on one network at a time, with the adapters that can, and remembers what the last search found. */
export class DeviceSearch {
  readonly #parts: DeviceSearchParts;
  readonly #closing = new AbortController();
  #found: readonly FoundDevice[] = [];
  #busy = false;

  constructor(parts: DeviceSearchParts) {
    this.#parts = parts;
  }

  possibilities(): Interfaces {
    return {
      interfaces: ownInterfaces().map((each) => ({ ...each })),
      adapters: [...this.#parts.adapters.values()]
        .filter((adapter) => adapter.discover !== undefined)
        .map(({ name, summary }) => ({ name, summary })),
    };
  }

  /** @throws Refusal when the request leads out of the network, names what cannot search, or another search is under way. */
  async search(request: DiscoveryRequest): Promise<Discovery> {
    const searches = request.adapters.map((name) => ({ adapter: this.#able(name), ...(request.host !== undefined && { host: request.host }) }));
    const network = ownInterface(request.interface);
    if (this.#busy) throw new Refusal('conflict', 'another search is under way: wait until it has ended');
    this.#busy = true;
    const { clock, runner, knownIds } = this.#parts;
    const late = new AbortController();
    const cancel = clock.after(SEARCH_WITHIN_MS, () => late.abort(new Error(`it did not end within ${SEARCH_WITHIN_MS / 1000} s`)));
    try {
      const signal = AbortSignal.any([this.#closing.signal, late.signal]);
      const { interface: address, account, seconds } = request;
      const options = { interface: address, timeoutMs: seconds * 1000, signal, clock, runner, ...(account !== undefined && { account }) };
      const { found, failures } = await discoverAll(searches, options);
      this.#found = network === undefined ? [] : found.map((each) => ({ ...each, network }));
      return {
        devices: found.map(({ adapter, device: { id, name, remark } }) => ({
          adapter,
          id,
          name,
          ...(remark !== undefined && { remark }),
          known: knownIds.has(id),
        })),
        fragment: found.length === 0 ? '' : siteFragment(found),
        failures: [...failures].map(([adapter, message]) => ({ adapter, message })),
      };
    } catch (error) {
      if (error instanceof SearchRefused) throw new Refusal('invalid', error.message, { cause: error });
      throw error;
    } finally {
      cancel();
      this.#busy = false;
    }
  }

  /** A device of the last search. @throws Refusal when that found no such device. */
  found(adapter: string, id: PointId): FoundDevice {
    const found = this.#found.find((each) => each.adapter === adapter && each.device.id === id);
    if (found === undefined) throw new Refusal('unknown', `the last search found no ${adapter} device ${id}: search again`);
    return found;
  }

  /** Ends a search that is under way. */
  close(): void {
    this.#closing.abort(new Error('the gateway is stopping'));
  }

  #able(name: string): AdapterDefinition {
    const adapter = this.#parts.adapters.get(name);
    if (adapter?.discover === undefined) throw new Refusal('invalid', `${name} cannot look for devices`);
    return adapter;
  }
}
