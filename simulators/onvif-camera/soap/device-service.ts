import { firmware, hardwareAddress, manufacturer, model, scopesOf, serialNumber, serviceAddress } from './camera-facts.ts';
import type { CameraFacts, ServiceName } from './camera-facts.ts';
import { faults } from './envelope.ts';
import { eventCapabilities } from './event-service.ts';
import { mediaCapabilities } from './media-service.ts';
import { childOf, escapeXml, textOf } from './xml.ts';
import type { Operations } from './operations.ts';

/** Relay outputs by token, and whether each is active. */
export type Relays = Map<string, boolean>;

/** Namespaces of the services that a device may have besides the two that all have. */
const furtherServices: Readonly<Partial<Record<ServiceName, string>>> = {
  event: 'ver10/events',
  media2: 'ver20/media',
  ptz: 'ver20/ptz',
  recording: 'ver10/recording',
  search: 'ver10/search',
  replay: 'ver10/replay',
  doorcontrol: 'ver10/doorcontrol',
  accesscontrol: 'ver10/accesscontrol',
};

function eventsOf(facts: CameraFacts): string {
  return (
    `<tt:Events><tt:XAddr>${serviceAddress(facts, 'event')}</tt:XAddr><tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>` +
    '<tt:WSPullPointSupport>true</tt:WSPullPointSupport><tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>'
  );
}

/** The device management service (ONVIF Core clause 8). */
export function deviceService(facts: CameraFacts, relays: Relays): Operations {
  return {
    GetSystemDateAndTime: () => {
      const utc = new Date(facts.now());
      const time = `<tt:Time><tt:Hour>${utc.getUTCHours()}</tt:Hour><tt:Minute>${utc.getUTCMinutes()}</tt:Minute><tt:Second>${utc.getUTCSeconds()}</tt:Second></tt:Time>`;
      const date = `<tt:Date><tt:Year>${utc.getUTCFullYear()}</tt:Year><tt:Month>${utc.getUTCMonth() + 1}</tt:Month><tt:Day>${utc.getUTCDate()}</tt:Day></tt:Date>`;
      return (
        '<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>' +
        `<tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone><tt:UTCDateTime>${time}${date}</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`
      );
    },
    GetDeviceInformation: () =>
      `<tds:GetDeviceInformationResponse><tds:Manufacturer>${manufacturer}</tds:Manufacturer><tds:Model>${model}</tds:Model>` +
      `<tds:FirmwareVersion>${firmware}</tds:FirmwareVersion><tds:SerialNumber>${serialNumber(facts)}</tds:SerialNumber>` +
      `<tds:HardwareId>simulated</tds:HardwareId></tds:GetDeviceInformationResponse>`,
    GetServices: (request) => {
      const detailed = textOf(childOf(request, 'IncludeCapability')) === 'true';
      const capabilities = (inner: string): string => (detailed ? `<tds:Capabilities>${inner}</tds:Capabilities>` : '');
      const service = (namespace: string, address: string, inner: string): string =>
        `<tds:Service><tds:Namespace>http://www.onvif.org/${namespace}/wsdl</tds:Namespace><tds:XAddr>${address}</tds:XAddr>${capabilities(inner)}` +
        '<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>';
      return (
        '<tds:GetServicesResponse>' +
        service('ver10/device', serviceAddress(facts, 'device'), deviceCapabilities) +
        service('ver10/media', serviceAddress(facts, 'media'), mediaCapabilities) +
        facts.services
          .map((name) => service(furtherServices[name] ?? '', serviceAddress(facts, name), name === 'event' ? eventCapabilities : ''))
          .join('') +
        '</tds:GetServicesResponse>'
      );
    },
    GetServiceCapabilities: () => `<tds:GetServiceCapabilitiesResponse>${deviceCapabilities}</tds:GetServiceCapabilitiesResponse>`,
    GetCapabilities: () =>
      '<tds:GetCapabilitiesResponse><tds:Capabilities>' +
      `<tt:Device><tt:XAddr>${serviceAddress(facts, 'device')}</tt:XAddr></tt:Device>` +
      (facts.services.includes('event') ? eventsOf(facts) : '') +
      `<tt:Media><tt:XAddr>${serviceAddress(facts, 'media')}</tt:XAddr><tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast>` +
      '<tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>' +
      '</tds:Capabilities></tds:GetCapabilitiesResponse>',
    GetRelayOutputs: () =>
      `<tds:GetRelayOutputsResponse>${[...relays.keys()]
        .map(
          (token) =>
            `<tds:RelayOutputs token="${token}"><tt:Properties><tt:Mode>Bistable</tt:Mode><tt:DelayTime>PT0S</tt:DelayTime>` +
            '<tt:IdleState>open</tt:IdleState></tt:Properties></tds:RelayOutputs>',
        )
        .join('')}</tds:GetRelayOutputsResponse>`,
    SetRelayOutputState: (request) => {
      const token = textOf(childOf(request, 'RelayOutputToken'));
      if (!relays.has(token)) throw faults.invalidArgument('ter:RelayToken', `There is no relay "${token}"`);
      relays.set(token, textOf(childOf(request, 'LogicalState')) === 'active');
      return '<tds:SetRelayOutputStateResponse/>';
    },
    GetScopes: () =>
      `<tds:GetScopesResponse>${scopesOf(facts)
        .map((scope) => `<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>${scope}</tt:ScopeItem></tds:Scopes>`)
        .join('')}</tds:GetScopesResponse>`,
    GetHostname: () =>
      `<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>${escapeXml(facts.id)}</tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>`,
    GetNetworkInterfaces: () =>
      '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled>' +
      `<tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>${hardwareAddress(facts)}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info>` +
      `<tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual><tt:Address>${facts.host}</tt:Address><tt:PrefixLength>8</tt:PrefixLength></tt:Manual>` +
      '<tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4></tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>',
  };
}

const deviceCapabilities =
  '<tds:Capabilities><tds:Network IPFilter="false" ZeroConfiguration="false" IPVersion6="false" DynDNS="false"/>' +
  '<tds:Security UsernameToken="true" HttpDigest="true" TLS1.2="false"/><tds:System DiscoveryResolve="false" DiscoveryBye="false"/></tds:Capabilities>';
