import type { AdapterDefinition, DiscoverOptions } from '../adapter/contract.ts';
import { isInNetwork } from '../adapter/network.ts';
import type { AdapterRunner } from '../adapter/runner.ts';
import { ownInterface } from './interfaces.ts';
import type { OwnInterface } from './interfaces.ts';
import type { Found } from './site-fragment.ts';

/** One adapter that shall look, and the host that it shall ask, where one was named for it. */
export interface Search {
  readonly adapter: AdapterDefinition;
  /** An IPv4 address, with `:PORT` where the protocol has no usual one. */
  readonly host?: string;
}

export interface DiscoveryOptions extends Omit<DiscoverOptions, 'host' | 'interface'> {
  /** The address of one of this machine's interfaces. */
  readonly interface: string;
  /** Makes what runs an adapter's search, for that alone: a search that loops or leaks must not take the devices of that adapter along. */
  readonly runner: (adapter: AdapterDefinition) => AdapterRunner;
}

export interface Discovery {
  readonly found: readonly Found[];
  /** Why an adapter could not look, by its name. */
  readonly failures: ReadonlyMap<string, string>;
}

/** The search would lead out of the network that was asked for, or there is no such network. Nothing was sent. */
export class SearchRefused extends Error {
  override readonly name = 'SearchRefused';
}

/** Lets all adapters look at the same time; one that fails does not keep the others from finding. @throws SearchRefused */
export async function discoverAll(searches: readonly Search[], { interface: address, runner, ...options }: DiscoveryOptions): Promise<Discovery> {
  const own = searched(address, searches);
  const failures = new Map<string, string>();
  const found = await Promise.all(
    searches.map(async ({ adapter, host }): Promise<Found[]> => {
      const running = runner(adapter);
      try {
        const devices = await running.discover({ ...options, interface: own, ...(host !== undefined && { host }) });
        return devices.map((device) => ({ adapter: adapter.name, device }));
      } catch (error) {
        failures.set(adapter.name, error instanceof Error ? error.message : String(error));
        return [];
      } finally {
        await running.close();
      }
    }),
  );
  return { found: found.flat(), failures };
}

/** The interface of that address. @throws SearchRefused when there is none, or a host is beyond its network. */
function searched(address: string, searches: readonly Search[]): OwnInterface {
  const own = ownInterface(address);
  if (own === undefined) throw new SearchRefused(`${address} is no address of this machine: choose one of its interfaces`);
  const { name, netmask } = own;
  for (const { host } of searches) {
    if (host === undefined || isInNetwork(host.replace(/:\d+$/, ''), own)) continue;
    throw new SearchRefused(`${host} is no IPv4 address in the network of ${name} (${address}, ${netmask}): nothing is sent beyond it`);
  }
  return own;
}
