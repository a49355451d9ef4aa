import { networkInterfaces } from 'node:os';
import { isInNetwork } from '../adapter/network.ts';
import type { LocalNetwork } from '../adapter/network.ts';

/** An address of this machine and the network that it is in. */
export interface OwnInterface extends LocalNetwork {
  readonly name: string;
  readonly loopback: boolean;
}

/** The interfaces that can be searched: those with an IPv4 address. */
export function ownInterfaces(): readonly OwnInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family }) => family === 'IPv4').map(({ address, netmask, internal }) => ({ name, address, netmask, loopback: internal })),
  );
}

/** The interface that has this address. Every address of the loopback's network is this machine's own (RFC 1122, 3.2.1.3). */
export function ownInterface(address: string): OwnInterface | undefined {
  const all = ownInterfaces();
  const loopback = all.find((each) => each.loopback && isInNetwork(address, each));
  return all.find((each) => each.address === address) ?? (loopback && { ...loopback, address });
}
