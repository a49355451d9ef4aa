import type { Clock, EpochMs } from '../../src/domain/clock.ts';
import { serviceTarget } from './addresses.ts';
import type { Patience, SoapClient } from './client.ts';
import { LinkError, MalformedReply, isRefusal } from './errors.ts';
import type { Target } from './http.ts';
import type { MediaService, RequestWriter } from './requests.ts';
import { child, childrenOf, escapeXml, textAt } from './xml.ts';
import type { Element } from './xml.ts';

/** Namespace of Door Control. */
export const DOOR_CONTROL = 'http://www.onvif.org/ver10/doorcontrol/wsdl';

/** Namespace of Access Control. */
export const ACCESS_CONTROL = 'http://www.onvif.org/ver10/accesscontrol/wsdl';

const DEVICE_SERVICE = '/onvif/device_service';

/** Services that this adapter uses, where the camera offers them. */
export type Services = Readonly<Partial<Record<MediaService | 'events' | 'ptz' | 'doors' | 'accessPoints' | 'search' | 'replay', Target>>>;

const namespaces: Readonly<Record<string, keyof Services>> = {
  'http://www.onvif.org/ver10/media/wsdl': 'media',
  'http://www.onvif.org/ver20/media/wsdl': 'media2',
  'http://www.onvif.org/ver10/events/wsdl': 'events',
  'http://www.onvif.org/ver20/ptz/wsdl': 'ptz',
  'http://www.onvif.org/ver10/search/wsdl': 'search',
  'http://www.onvif.org/ver10/replay/wsdl': 'replay',
  [DOOR_CONTROL]: 'doors',
  [ACCESS_CONTROL]: 'accessPoints',
};

/** A profile: a video source with an encoder. */
export interface Profile {
  readonly token: string;
  readonly name: string;
  /** The physical input. */
  readonly source: string;
  /** The configuration by which events name the input. */
  readonly sourceConfiguration: string;
  /** What turns the camera; absent for one that does not move. */
  readonly ptzNode?: string;
  /** Of its picture, where the camera tells it. */
  readonly pixels?: number;
}

/**
 * Measures the camera's clock minus ours by GetSystemDateAndTime, for the credentials of all further requests. The reply counts whole seconds, so the
 * true offset lies within an interval: taken are 0 where that is possible, else the middle. A camera that tells no time (seen on GWellTimes) is taken to be right.
 * @throws LinkError when the camera does not answer.
 */
export async function measureClockOffset(client: SoapClient, clock: Clock, requests: RequestWriter, patience: Patience): Promise<void> {
  const askedAt = clock.now();
  const reply = await dateAndTime(client, patience);
  const answeredAt = clock.now();
  const told = utcOf(reply) ?? answeredAt;
  const least = told - answeredAt;
  const most = told + 999 - askedAt;
  requests.clockOffsetMs = least <= 0 && most >= 0 ? 0 : Math.round((least + most) / 2);
}

async function dateAndTime(client: SoapClient, patience: Patience): Promise<Element> {
  const target = deviceTarget(client);
  try {
    return await client.ask(target, (requests) => requests.systemDateAndTime(false), patience);
  } catch (error) {
    // ONVIF Core, 8.1.2.5 puts this before authentication, but Panasonic and Digital Barriers have cameras that do not (onvif package, lib/cam.js).
    if (!isRefusal(error)) throw error;
    return client.ask(target, (requests) => requests.systemDateAndTime(true), patience);
  }
}

function utcOf(reply: Element): EpochMs | undefined {
  const utc = child(reply, 'SystemDateAndTime', 'UTCDateTime');
  const [year, month, day] = ['Year', 'Month', 'Day'].map((name) => Number(textAt(utc, 'Date', name)));
  const [hour, minute, second] = ['Hour', 'Minute', 'Second'].map((name) => Number(textAt(utc, 'Time', name)));
  const time = Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute, second);
  return Number.isFinite(time) ? time : undefined;
}

/** "Manufacturer Model, firmware X". */
export async function describeDevice(client: SoapClient, patience: Patience): Promise<string> {
  const reply = await client.ask(deviceTarget(client), (requests) => requests.deviceInformation(), patience);
  const make = [textAt(reply, 'Manufacturer'), textAt(reply, 'Model')].filter((each) => each !== undefined).join(' ');
  return `${make === '' ? 'Unnamed camera' : make}, firmware ${textAt(reply, 'FirmwareVersion') ?? 'unknown'}`;
}

/** By GetServices, or by GetCapabilities where that is unknown or garbled. */
export async function findServices(client: SoapClient, patience: Patience): Promise<Services> {
  const target = deviceTarget(client);
  const reply = await client
    .ask(target, (requests) => requests.services(), patience)
    .catch((error: unknown) => {
      if (error instanceof LinkError || isRefusal(error)) throw error;
      return undefined;
    });
  const offered = childrenOf(reply, 'Service').map((service) => [namespaces[textAt(service, 'Namespace') ?? ''], textAt(service, 'XAddr')] as const);
  if (offered.length > 0) return targets(offered, client);
  const capabilities = child(await client.ask(target, (requests) => requests.capabilities(), patience), 'Capabilities');
  return targets(
    [
      ['media', textAt(capabilities, 'Media', 'XAddr')],
      ['events', textAt(capabilities, 'Events', 'XAddr')],
      ['ptz', textAt(capabilities, 'PTZ', 'XAddr')],
    ],
    client,
  );
}

function targets(offered: readonly (readonly [keyof Services | undefined, string | undefined])[], client: SoapClient): Services {
  const known = offered.flatMap(([name, address]) =>
    name === undefined || address === undefined ? [] : [[name, serviceTarget(address, client.options)] as const],
  );
  return Object.fromEntries(known);
}

export interface Media {
  readonly service: MediaService;
  readonly target: Target;
  readonly profiles: readonly Profile[];
}

/**
 * The profiles, by media2 where it is offered (it alone tells H.265), else or when that fails (D-Link DCS-8635LH) by media.
 * @throws Error when the camera has no profile at all.
 */
export async function readProfiles(client: SoapClient, services: Services, patience: Patience): Promise<Media> {
  let failure: unknown;
  for (const service of ['media2', 'media'] as const) {
    const target = services[service];
    if (target === undefined) continue;
    try {
      const reply = await client.ask(target, (requests) => requests.profiles(service), patience);
      const profiles = childrenOf(reply, 'Profiles')
        .map(profileOf)
        .filter((profile) => profile.token !== '');
      if (profiles.length > 0) return { service, target, profiles };
    } catch (error) {
      if (error instanceof LinkError) throw error;
      failure = error;
    }
  }
  throw failure instanceof Error ? failure : new Error('the camera offers no media profile');
}

function profileOf(element: Element): Profile {
  const source = child(element, 'VideoSourceConfiguration') ?? child(element, 'Configurations', 'VideoSource');
  const ptzNode = textAt(child(element, 'PTZConfiguration') ?? child(element, 'Configurations', 'PTZ'), 'NodeToken');
  const resolution = child(child(element, 'VideoEncoderConfiguration') ?? child(element, 'Configurations', 'VideoEncoder'), 'Resolution');
  const pixels = Number(textAt(resolution, 'Width')) * Number(textAt(resolution, 'Height'));
  return {
    token: element.attributes.get('token') ?? '',
    name: textAt(element, 'Name') ?? '',
    source: textAt(source, 'SourceToken') ?? '',
    sourceConfiguration: source?.attributes.get('token') ?? '',
    ...(ptzNode !== undefined && { ptzNode }),
    ...(pixels > 0 && { pixels }),
  };
}

/** Where the picture of a profile is, as the camera tells it. */
export function tellStreamUri(client: SoapClient, media: Media, profile: Profile, patience: Patience): Promise<string> {
  const interpret = (reply: Element, text: string): string => {
    const uri = textAt(reply, 'MediaUri', 'Uri') ?? textAt(reply, 'Uri');
    if (uri === undefined) throw new MalformedReply(`GetStreamUri told no address for profile ${profile.token}`, text);
    return uri;
  };
  return client.read(media.target, (requests) => requests.streamUri(media.service, profile.token), interpret, patience);
}

const namespaceOf: Readonly<Record<MediaService, string>> = {
  media: 'http://www.onvif.org/ver10/media/wsdl',
  media2: 'http://www.onvif.org/ver20/media/wsdl',
};

/** Where a picture of a profile can be fetched by HTTP, as the camera tells it (ONVIF Media, 5.15.2; Media2, 5.7.2). */
export function tellSnapshotUri(client: SoapClient, media: Media, profile: Profile, patience: Patience): Promise<string> {
  const interpret = (reply: Element, text: string): string => {
    const uri = textAt(reply, 'MediaUri', 'Uri') ?? textAt(reply, 'Uri');
    if (uri === undefined) throw new MalformedReply(`GetSnapshotUri told no address for profile ${profile.token}`, text);
    return uri;
  };
  const token = `<ProfileToken>${escapeXml(profile.token)}</ProfileToken>`;
  return client.read(media.target, (requests) => requests.plain(namespaceOf[media.service], 'GetSnapshotUri', token), interpret, patience);
}

/** The one service whose path is fixed (ONVIF Core, 5.2). */
export function deviceTarget({ options }: SoapClient): Target {
  return serviceTarget(DEVICE_SERVICE, options);
}
