import { isInNetwork } from '../../src/adapter/network.ts';
import type { LocalNetwork } from '../../src/adapter/network.ts';
import { child, childrenOf, parseXml, textAt } from './xml.ts';
import type { Element } from './xml.ts';

/** A device that answered a probe (WS-Discovery, 5.3; the scopes: ONVIF Core, 7.3.2.2). */
export interface ProbeMatch {
  /** Stable name of the device, usually urn:uuid:... */
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  /** It is reached over HTTPS alone. */
  readonly tls: boolean;
  readonly name: string;
  readonly hardware: string;
  readonly location: string;
  /** It claims profile A or C: it controls doors. */
  readonly door: boolean;
  /** It sends pictures; so does every device that claims nothing else. */
  readonly camera: boolean;
}

/** The ONVIF devices of one datagram; none where it is anything else: a printer's answer, a probe, garbage. Of several addresses one in `network` is taken. */
export function readProbeMatches(text: string, network?: LocalNetwork): ProbeMatch[] {
  let envelope: Element;
  try {
    envelope = parseXml(text);
  } catch {
    return [];
  }
  return childrenOf(child(envelope, 'Body', 'ProbeMatches'), 'ProbeMatch').flatMap((match) => matchOf(match, network));
}

function matchOf(element: Element, network: LocalNetwork | undefined): ProbeMatch[] {
  const far = ({ host }: { readonly host: string }) => network !== undefined && !isInNetwork(host, network);
  const scopes = words(textAt(element, 'Scopes'));
  const address = words(textAt(element, 'XAddrs'))
    .flatMap((each) => webAddress(each))
    // A certificate has to be looked at by a person first: HTTPS where there is nothing else.
    .sort((a, b) => Number(far(a)) - Number(far(b)) || Number(a.tls) - Number(b.tls))[0];
  const types = words(textAt(element, 'Types')).map((type) => type.replace(/^.*:/, ''));
  const onvif = types.includes('NetworkVideoTransmitter') || scopes.some((scope) => scope.startsWith('onvif://'));
  if (address === undefined || !onvif) return [];
  const door = scopes.some((each) => /\/Profile\/[AC]$/i.test(each));
  const scope = (name: string) => scopes.map((each) => decoded(each, `onvif://www.onvif.org/${name}/`)).find((value) => value !== '') ?? '';
  return [
    {
      endpoint: textAt(element, 'EndpointReference', 'Address') ?? `${address.host}:${address.port}`,
      ...address,
      name: scope('name'),
      hardware: scope('hardware'),
      location: scope('location'),
      door,
      camera: !door || scopes.some((each) => /\/(?:Profile\/(?:Streaming|T)|type\/video_encoder)$/i.test(each)),
    },
  ];
}

/** IPv4 alone: IPv6 addresses in answers are mostly link-local and of no use without the interface. */
function webAddress(text: string): { host: string; port: number; tls: boolean }[] {
  const match = /^(https?):\/\/(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?\//.exec(text);
  const [, scheme, host, told] = match ?? [];
  const tls = scheme === 'https';
  const port = Number(told ?? (tls ? 443 : 80));
  return host === undefined || port < 1 || port > 65_535 ? [] : [{ host, port, tls }];
}

/** What is left of a scope behind `prefix`, without what does not fit on a line. */
function decoded(scope: string, prefix: string): string {
  if (!scope.startsWith(prefix)) return '';
  let text = scope.slice(prefix.length);
  try {
    text = decodeURIComponent(text);
  } catch {
    // A stray percent sign: as it is.
  }
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 60);
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
