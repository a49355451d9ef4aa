import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { randomUUID } from 'node:crypto';
import { endpointAddress, scopesOf, serviceAddress } from './soap/camera-facts.ts';
import type { CameraFacts } from './soap/camera-facts.ts';
import { childOf, escapeXml, parseXml, textOf } from './soap/xml.ts';
import type { XmlElement } from './soap/xml.ts';

/** WS-Discovery (April 2005, which ONVIF Core clause 7 asks for). */
const group = '239.255.255.250';
const discoveryPort = 3702;

/** A camera that can be found; `awake` says whether it answers at present. */
export interface Discoverable {
  readonly facts: CameraFacts;
  readonly awake: () => boolean;
}

/**
 * Answers probes for all cameras of this process on one address. They share the port: the system would hand a unicast probe to one
 * of several sockets only.
 */
class Responder {
  readonly cameras = new Set<Discoverable>();
  readonly #socket: Socket;
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
    this.#socket = createSocket({ type: 'udp4', reuseAddr: true });
    this.#socket.on('message', (datagram, from) => this.#answer(datagram, from));
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', (cause) =>
        reject(new Error(`discovery: UDP port ${discoveryPort} cannot be opened on ${this.#host}: ${cause.message}`, { cause })),
      );
      this.#socket.bind(discoveryPort, () => {
        this.#socket.removeAllListeners('error').on('error', () => undefined);
        // Only the interface of the camera's address: a probe of the lab must not leave it, nor one from outside come in.
        this.#socket.addMembership(group, this.#host);
        this.#socket.setMulticastInterface(this.#host);
        resolve();
      });
    });
  }

  close(): void {
    this.#socket.close();
  }

  #answer(datagram: Buffer, from: RemoteInfo): void {
    if (this.#host.startsWith('127.') && !from.address.startsWith('127.')) return;
    let probe: { id: string; types: string; scopes: string } | undefined;
    try {
      probe = parseProbe(parseXml(datagram.toString('utf8')));
    } catch {
      return;
    }
    if (probe === undefined) return;
    for (const camera of this.cameras) {
      if (camera.awake() && matches(probe, camera.facts)) this.#socket.send(probeMatch(camera.facts, probe.id), from.port, from.address);
    }
  }
}

const responders = new Map<string, { responder: Responder; ready: Promise<void> }>();

/** Makes a camera findable; the returned function ends that. @throws Error when UDP port 3702 cannot be shared. */
export async function announce(camera: Discoverable): Promise<() => void> {
  const { host } = camera.facts;
  let entry = responders.get(host);
  if (entry === undefined) {
    const responder = new Responder(host);
    entry = { responder, ready: responder.open() };
    responders.set(host, entry);
  }
  const { responder, ready } = entry;
  responder.cameras.add(camera);
  const withdraw = (): void => {
    if (!responder.cameras.delete(camera) || responder.cameras.size > 0) return;
    responders.delete(host);
    responder.close();
  };
  await ready.catch((error: unknown) => {
    withdraw();
    throw error;
  });
  return withdraw;
}

function parseProbe(envelope: XmlElement): { id: string; types: string; scopes: string } | undefined {
  const probe = childOf(childOf(envelope, 'Body'), 'Probe');
  if (probe === undefined) return undefined;
  return {
    id: textOf(childOf(childOf(envelope, 'Header'), 'MessageID')),
    types: textOf(childOf(probe, 'Types')),
    scopes: textOf(childOf(probe, 'Scopes')),
  };
}

/** Types without their prefixes; each scope asked for must be one of ours or lie above one (WS-Discovery clause 5.1, RFC 2396 matching). */
function matches({ types, scopes }: { types: string; scopes: string }, facts: CameraFacts): boolean {
  const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
  const ours = scopesOf(facts);
  return (
    words(types).every((type) => ['NetworkVideoTransmitter', 'Device'].includes(type.replace(/^.*:/, ''))) &&
    words(scopes).every((wanted) => ours.some((scope) => scope === wanted || scope.startsWith(wanted.endsWith('/') ? wanted : `${wanted}/`)))
  );
}

function probeMatch(facts: CameraFacts, relatesTo: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" ' +
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">' +
    `<s:Header><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID><a:RelatesTo>${escapeXml(relatesTo)}</a:RelatesTo>` +
    '<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header>' +
    `<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>${endpointAddress(facts)}</a:Address></a:EndpointReference>` +
    `<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>${scopesOf(facts).join(' ')}</d:Scopes>` +
    `<d:XAddrs>${serviceAddress(facts, 'device')}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`
  );
}
