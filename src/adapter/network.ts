import { BlockList, isIPv4 } from 'node:net';

/** A local IPv4 address and the network that it is in. */
export interface LocalNetwork {
  readonly address: string;
  readonly netmask: string;
}

/** Whether packets to `host` stay in the network of the address: no router carries them on. A name is not known to, until it has been asked for elsewhere. */
export function isInNetwork(host: string, { address, netmask }: LocalNetwork): boolean {
  if (!isIPv4(host)) return false;
  const network = new BlockList();
  network.addSubnet(address, prefixLength(netmask));
  return network.check(host);
}

function prefixLength(netmask: string): number {
  return netmask.split('.').reduce((bits, part) => bits + Number(part).toString(2).replaceAll('0', '').length, 0);
}
