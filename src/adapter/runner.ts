import type { AdapterDefinition, AdapterHost, Connection } from './contract.ts';

/** Where an adapter's code runs: in a thread of its own in the product, in this one where a test hands in a definition. */
export interface AdapterRunner {
  /** One connection attempt of one device. @throws as the adapter's `connect` does, and when the adapter's thread ends. */
  connect(options: unknown, host: AdapterHost): Promise<Connection>;
  /** Ends what still runs; resolves when every handle is released. */
  close(): Promise<void>;
}

/** Runs the adapter in this thread. */
export function inProcess(definition: AdapterDefinition): AdapterRunner {
  return {
    connect: (options, host) => definition.connect(options, host),
    close: () => Promise.resolve(),
  };
}
