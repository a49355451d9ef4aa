import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DiscoverOptions, DiscoveredDevice } from '../../src/adapter/contract.ts';
import { isInNetwork } from '../../src/adapter/network.ts';
import { pause } from '../../src/domain/clock.ts';
import { listDoors } from './door-list.ts';
import { sentence } from './errors.ts';
import { readProbeMatches } from './probe-match.ts';
import type { ProbeMatch } from './probe-match.ts';

/** WS-Discovery (April 2005), 2.4, which ONVIF Core, 7 asks for. */
const GROUP = '239.255.255.250';
const PORT = 3702;
/** UDP loses datagrams. What is asked for differs: some cameras answer only to the one type (ONVIF Core, 7.3.2), access controllers to the other. */
const TYPES = ['dn:NetworkVideoTransmitter', 'tds:Device', ''];
const PROBE_AGAIN_MS = 300;
/** More than a network of cameras answers; whoever floods us ends here. */
const MAX_FOUND = 4_096;
/** How many are asked for their doors at the same time: each may be silent. */
const AT_ONCE = 16;

/**
 * Asks the network of an interface for ONVIF devices by WS-Discovery; `host` is asked directly as well, for where multicast does not reach.
 * With an account access controllers are asked for their doors and readers.
 */
export async function discover(options: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
  const found = await probe(options);
  const devices: DiscoveredDevice[] = [];
  for (let at = 0; at < found.length; at += AT_ONCE)
    devices.push(...(await Promise.all(found.slice(at, at + AT_ONCE).map((match) => described(match, options)))));
  return devices;
}

/**
 * The account is given to access controllers alone, and never over HTTPS, where a person has to look at the certificate first. An answer is a datagram that
 * anybody can send: where it leads out of the network, it is told and not followed.
 */
async function described(match: ProbeMatch, options: DiscoverOptions): Promise<DiscoveredDevice> {
  const device = asDevice(match, options.account?.username ?? 'sallyport');
  if (!isInNetwork(match.host, options.interface))
    return { ...device, remark: `${device.remark ?? ''}; it names an address outside of the network that is searched, and was asked nothing` };
  if (!match.door || match.tls || options.account === undefined) return device;
  try {
    const points = await listDoors({ ...match, id: device.id }, options.account, options);
    return { ...device, points: [...device.points, ...points] };
  } catch (error) {
    options.signal.throwIfAborted();
    return { ...device, remark: `${device.remark ?? ''}; its doors could not be read (${sentence(error)})` };
  }
}

async function probe({ interface: network, host, timeoutMs, signal, clock }: DiscoverOptions): Promise<readonly ProbeMatch[]> {
  const found = new Map<string, ProbeMatch>();
  const socket = createSocket('udp4');
  socket.on('message', (datagram) => {
    for (const match of readProbeMatches(datagram.toString('utf8'), network)) if (found.size < MAX_FOUND) found.set(match.endpoint, match);
  });
  try {
    await bindTo(socket, network.address);
    for (const types of TYPES) {
      // Each with an identifier of its own: cameras leave out what they have answered.
      await send(socket, GROUP, types);
      if (host !== undefined) await send(socket, host, types);
      await pause(clock, Math.min(PROBE_AGAIN_MS, timeoutMs / TYPES.length), signal);
    }
    await pause(clock, Math.max(0, timeoutMs - TYPES.length * PROBE_AGAIN_MS), signal);
  } finally {
    socket.close();
  }
  return [...found.values()].sort((a, b) => a.host.localeCompare(b.host, 'en', { numeric: true }) || a.port - b.port);
}

/** Bound to the interface, and multicast told to leave by it alone: else the default route would carry the probe out of it. */
async function bindTo(socket: Socket, address: string): Promise<void> {
  try {
    socket.bind(0, address);
    await once(socket, 'listening');
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(1);
  } catch (cause) {
    throw new Error(`${address} is no address of an interface of this machine (${cause instanceof Error ? cause.message : String(cause)})`, {
      cause,
    });
  }
  // An answer of "port unreachable" from one host is no reason to end.
  socket.on('error', () => undefined);
}

function send(socket: Socket, to: string, types: string): Promise<void> {
  return new Promise((resolve) => {
    socket.send(probeText(types), PORT, to, () => resolve());
  });
}

function probeText(types: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">' +
    `<s:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>` +
    '<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>' +
    '<s:Body><d:Probe xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" ' +
    `xmlns:tds="http://www.onvif.org/ver10/device/wsdl">${types === '' ? '' : `<d:Types>${types}</d:Types>`}</d:Probe></s:Body></s:Envelope>`
  );
}

function asDevice({ host, port, tls, name, hardware, location, door, camera }: ProbeMatch, username: string): DiscoveredDevice {
  const usual = port === (tls ? 443 : 80);
  const id = `onvif-${host.replace(/[^a-z0-9]+/gi, '-')}${usual ? '' : `-${port}`}`.toLowerCase();
  const label = [name, location].filter((part) => part !== '').join(', ');
  return {
    id,
    name: (label === '' ? `ONVIF device at ${host}` : label).slice(0, 80),
    options: { host, port, ...(tls && { tls }), username, password: { env: `${id.replace(/-/g, '_').toUpperCase()}_PASSWORD` } },
    points: !camera ? [] : [{ id: `cam-${id.slice('onvif-'.length)}`, type: 'camera', name: (label === '' ? host : label).slice(0, 80), at: {} }],
    remark: `${hardware === '' ? 'model unknown' : hardware}${tls ? '; over HTTPS: the first attempt to connect tells the fingerprint to compare' : ''}${door ? '; an access controller: its doors and readers are told by their tokens' : ''}`,
  };
}
