import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DiscoverOptions, DiscoveredDevice } from '../../src/adapter/contract.ts';
import { isInNetwork } from '../../src/adapter/network.ts';
import type { LocalNetwork } from '../../src/adapter/network.ts';
import { pause } from '../../src/domain/clock.ts';
import { takeInventory } from './inventory.ts';
import type { Inventory } from './inventory.ts';
import type { Endpoint } from './transport.ts';

const PORT = 47_808;
/** UDP loses datagrams. */
const TIMES = 3;
const MAX_FOUND = 4_096;
/** How many devices are asked what they have at the same time. */
const AT_ONCE = 16;

/** Who-Is without limits (ASHRAE 135-2020, 16.10.1) in an NPDU to all networks (6.2) or to one host, in a BVLL message of Annex J. */
const whoIsToAll = Buffer.from('810b000c0120ffff00ff1008', 'hex');
const whoIsToOne = Buffer.from('810a000801001008', 'hex');

/** What a device says of itself in an I-Am. */
export interface IAm {
  readonly instance: number;
  readonly vendor: number;
}

/**
 * Asks the subnet of an interface by Who-Is; `host` (with `:PORT` where it is not 47808) is asked directly, or everybody on that port where it is the
 * subnet's broadcast address. Devices that answer from that subnet are asked for their doors and readers.
 */
export async function discover(options: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
  const found = await whoIs(options);
  const devices: DiscoveredDevice[] = [];
  for (let at = 0; at < found.length; at += AT_ONCE)
    devices.push(...(await Promise.all(found.slice(at, at + AT_ONCE).map((answered) => described(answered, options)))));
  return devices;
}

async function described(answered: Answered, options: DiscoverOptions): Promise<DiscoveredDevice> {
  const { address } = options.interface;
  if (!isInNetwork(answered.from.address, options.interface)) return asDevice(answered, 'outside of the network that is searched', address);
  const inventory = await takeInventory(answered.from, answered.instance, options).catch((error: unknown) => {
    options.signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  });
  return asDevice(answered, inventory, address);
}

interface Answered extends IAm {
  readonly from: Endpoint;
}

async function whoIs({ interface: network, host, timeoutMs, signal, clock }: DiscoverOptions): Promise<readonly Answered[]> {
  const found = new Map<number, Answered>();
  const take = (datagram: Buffer, from: Endpoint) => {
    const iAm = readIAm(datagram);
    if (iAm !== undefined && found.size < MAX_FOUND) found.set(iAm.instance, { ...iAm, from: { address: from.address, port: from.port } });
  };
  const { address } = network;
  const broadcast = broadcastOf(network);
  if (broadcast === undefined && host === undefined) throw new Error(`the network of ${address} has no broadcast address: name one host to ask`);
  const [named, port] = hostAndPort(host ?? broadcast ?? '');
  const everybody = named === broadcast;
  const asking = await opened(address, 0, take);
  // A device may answer to everybody (16.10.2); broadcasts of this subnet alone arrive here.
  const listening = broadcast === undefined ? undefined : await opened(broadcast, port, take).catch(() => undefined);
  try {
    for (let time = 0; time < TIMES; time += 1) {
      await send(asking, everybody ? whoIsToAll : whoIsToOne, named, port);
      await pause(clock, timeoutMs / TIMES, signal);
    }
  } finally {
    asking.close();
    listening?.close();
  }
  return [...found.values()].sort((a, b) => a.instance - b.instance);
}

async function opened(address: string, port: number, take: (datagram: Buffer, from: Endpoint) => void): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: port !== 0 });
  socket.bind(port, address);
  await once(socket, 'listening').catch((cause: unknown) => {
    throw new Error(`${address} cannot be bound: it must be an address of this machine`, { cause });
  });
  socket.setBroadcast(true);
  socket.on('message', take);
  // A host that is not there is no reason to end.
  socket.on('error', () => undefined);
  return socket;
}

function send(socket: Socket, bytes: Buffer, address: string, port: number): Promise<void> {
  return new Promise((resolve) => {
    socket.send(bytes, port, address, () => resolve());
  });
}

function hostAndPort(host: string): [address: string, port: number] {
  const [address = host, port] = host.split(':');
  return [address, port === undefined ? PORT : Number(port)];
}

/** The directed broadcast address of a network; a single address has none. The loopback has one as well: 127.255.255.255. */
function broadcastOf({ address, netmask }: LocalNetwork): string | undefined {
  const mask = netmask.split('.').map(Number);
  const broadcast = address
    .split('.')
    .map((part, at) => Number(part) | (~(mask[at] ?? 255) & 255))
    .join('.');
  return broadcast === address ? undefined : broadcast;
}

/** Reads an I-Am (16.10.2); undefined for anything else, and for devices behind a router, which this adapter does not reach. */
export function readIAm(datagram: Buffer): IAm | undefined {
  // Annex J.2: type 0x81; Original-Unicast-NPDU and Original-Broadcast-NPDU. Forwarded ones (J.2.5) name their origin before the NPDU.
  const bvlc = datagram[1];
  if (datagram[0] !== 0x81 || (bvlc !== 0x0a && bvlc !== 0x0b)) return undefined;
  let at = 4;
  const control = datagram[at + 1];
  if (datagram[at] !== 1 || control === undefined || (control & 0x88) !== 0) return undefined;
  at += 2;
  // Clause 6.2.2: destination network, length of its address, the address; then the hop count.
  if ((control & 0x20) !== 0) at += 3 + (datagram[at + 2] ?? 0) + 1;
  // Unconfirmed request, service i-Am; object identifier, maximum APDU (1 or 2 octets), segmentation, vendor (1 or 2 octets).
  const service = datagram.subarray(at);
  if (service.length < 12 || service[0] !== 0x10 || service[1] !== 0 || service[2] !== 0xc4) return undefined;
  const object = service.readUInt32BE(3);
  const apdu = service[7] === 0x21 ? 1 : service[7] === 0x22 ? 2 : 0;
  const vendorAt = 8 + apdu + 2;
  const vendorBytes = service[vendorAt] === 0x21 ? 1 : service[vendorAt] === 0x22 ? 2 : 0;
  const isDevice = object >>> 22 === 8;
  if (!isDevice || apdu === 0 || vendorBytes === 0 || service.length < vendorAt + 1 + vendorBytes) return undefined;
  return { instance: object & 0x3f_ffff, vendor: service.readUIntBE(vendorAt + 1, vendorBytes) };
}

/** `inventory`: what it has, or why it did not tell. */
function asDevice({ instance, vendor, from }: Answered, inventory: Inventory | string, bindAddress: string): DiscoveredDevice {
  const told = typeof inventory === 'string' ? { points: [], more: false } : inventory;
  const has =
    typeof inventory === 'string'
      ? `its objects could not be read (${inventory})`
      : `${count(told.points, 'door')} doors and ${count(told.points, 'reader')} readers${told.more ? ' at least' : ''}`;
  return {
    id: `bacnet-${instance}`,
    name: told.name ?? `BACnet device ${instance}`,
    options: { host: from.address, port: from.port, deviceInstance: instance, bindAddress },
    points: told.points,
    remark: `vendor ${vendor}; ${has}`,
  };
}

function count(points: Inventory['points'], type: 'door' | 'reader'): number {
  return points.filter((point) => point.type === type).length;
}
