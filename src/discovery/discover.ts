import type { AdapterDefinition, DiscoverOptions } from '../adapter/contract.ts';
import type { Found } from './site-fragment.ts';

/** One adapter that shall look, and the host that it shall ask, where one was named for it. */
export interface Search {
  readonly adapter: AdapterDefinition;
  readonly host?: string;
}

export interface Discovery {
  readonly found: readonly Found[];
  /** Why an adapter could not look, by its name. */
  readonly failures: ReadonlyMap<string, string>;
}

/** Lets all adapters look at the same time; one that fails does not keep the others from finding. */
export async function discoverAll(searches: readonly Search[], options: Omit<DiscoverOptions, 'host'>): Promise<Discovery> {
  const failures = new Map<string, string>();
  const found = await Promise.all(
    searches.map(async ({ adapter, host }): Promise<Found[]> => {
      try {
        const devices = (await adapter.discover?.({ ...options, ...(host !== undefined && { host }) })) ?? [];
        return devices.map((device) => ({ adapter: adapter.name, device }));
      } catch (error) {
        failures.set(adapter.name, error instanceof Error ? error.message : String(error));
        return [];
      }
    }),
  );
  return { found: found.flat(), failures };
}
