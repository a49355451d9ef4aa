import type { AdapterDefinition, AdapterHost, Connection, DiscoverOptions, DiscoveredDevice } from './contract.ts';

/** Where an adapter's code runs: in a thread of its own in the product, in this one where a test hands in a definition. */
export interface AdapterRunner {
  /** One connection attempt of one device. @throws as the adapter's `connect` does, and when the adapter's thread ends. */
  connect(options: unknown, host: AdapterHost): Promise<Connection>;
  /** Looks for devices. @throws as the adapter's `discover` does, when it has none, when the adapter's thread ends, and the signal's reason. */
  discover(options: DiscoverOptions): Promise<readonly DiscoveredDevice[]>;
  /** Ends what still runs, a search whose signal has aborted included; resolves when every handle is released. */
  close(): Promise<void>;
}

/** Runs the adapter in this thread. */
export function inProcess(definition: AdapterDefinition): AdapterRunner {
  return {
    connect: (options, host) => definition.connect(options, host),
    discover: (options) => lookWith(definition, options),
    close: () => Promise.resolve(),
  };
}

/** @throws as the adapter's `discover` does, and when it has none. */
export async function lookWith(definition: AdapterDefinition, options: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
  if (definition.discover === undefined) throw new Error(`${definition.name} cannot look for devices`);
  return definition.discover(options);
}
