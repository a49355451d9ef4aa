import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { DiscoverOptions, DiscoveredDevice } from '../../src/adapter/contract.ts';
import { pause } from '../../src/domain/clock.ts';

const PORT = 47_808;
/** UDP loses datagrams. */
const TIMES = 3;
const MAX_FOUND = 4_096;

/** Who-Is without limits (ASHRAE 135-2020, 16.10.1) in an NPDU to all networks (6.2) or to one host, in a BVLL message of Annex J. */
const whoIsToAll = Buffer.from('810b000c0120ffff00ff1008', 'hex');
const whoIsToOne = Buffer.from('810a000801001008', 'hex');

/** What a device says of itself in an I-Am. */
export interface IAm {
  readonly instance: number;
  readonly vendor: number;
}

/** Asks the subnet of an interface by Who-Is; `host` (with `:PORT` where it is not 47808) is asked directly. */
export async function discover({ interface: address, host, timeoutMs, signal, clock }: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
  const found = new Map<number, DiscoveredDevice>();
  const take = (datagram: Buffer, from: { readonly address: string; readonly port: number }) => {
    const iAm = readIAm(datagram);
    if (iAm !== undefined && found.size < MAX_FOUND) found.set(iAm.instance, asDevice(iAm, from, address));
  };
  const broadcast = broadcastOf(address);
  if (broadcast === undefined && host === undefined)
    throw new Error(`${address} is no address of a network interface with a broadcast address: name one host, as in --bacnet 192.0.2.30`);
  const asking = await opened(address, 0, take);
  // A device may answer to everybody (16.10.2); broadcasts of this subnet alone arrive here.
  const listening = broadcast === undefined ? undefined : await opened(broadcast, PORT, take).catch(() => undefined);
  try {
    for (let time = 0; time < TIMES; time += 1) {
      if (broadcast !== undefined && host === undefined) await send(asking, whoIsToAll, broadcast, PORT);
      if (host !== undefined) await send(asking, whoIsToOne, ...hostAndPort(host));
      await pause(clock, timeoutMs / TIMES, signal);
    }
  } finally {
    asking.close();
    listening?.close();
  }
  return [...found].sort(([a], [b]) => a - b).map(([, device]) => device);
}

async function opened(address: string, port: number, take: (datagram: Buffer, from: { address: string; port: number }) => void): Promise<Socket> {
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

/** The directed broadcast address of the interface that has `address`. */
function broadcastOf(address: string): string | undefined {
  const own = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.address === address && each.family === 'IPv4' && !each.internal);
  if (own === undefined) return undefined;
  const mask = own.netmask.split('.').map(Number);
  return address
    .split('.')
    .map((part, at) => Number(part) | (~(mask[at] ?? 255) & 255))
    .join('.');
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

function asDevice({ instance, vendor }: IAm, from: { readonly address: string; readonly port: number }, bindAddress: string): DiscoveredDevice {
  return {
    id: `bacnet-${instance}`,
    name: `BACnet device ${instance}`,
    options: { host: from.address, port: from.port, deviceInstance: instance, bindAddress },
    points: [],
    remark: `vendor ${vendor}; its doors and readers are told by the instances of their objects`,
  };
}
