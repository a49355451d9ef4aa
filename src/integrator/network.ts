import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** An address of this machine and the network that it is in. */
export interface OwnInterface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly loopback: boolean;
}

/** The interfaces that can be searched: those with an IPv4 address. */
export function ownInterfaces(): readonly OwnInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family }) => family === 'IPv4').map(({ address, netmask, internal }) => ({ name, address, netmask, loopback: internal })),
  );
}

/** Whether packets to `host` stay in the network of the interface: no router carries them on. */
export function isInNetwork(host: string, { address, netmask }: Pick<OwnInterface, 'address' | 'netmask'>): boolean {
  if (!isIPv4(host)) return false;
  const network = new BlockList();
  network.addSubnet(address, prefixLength(netmask));
  return network.check(host);
}

function prefixLength(netmask: string): number {
  return netmask.split('.').reduce((bits, part) => bits + Number(part).toString(2).replaceAll('0', '').length, 0);
}
