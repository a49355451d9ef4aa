import { createHash } from 'node:crypto';

/** What a camera says about itself, the same in every service. */
export interface CameraFacts {
  readonly id: string;
  readonly host: string;
  /** Whether it serves over HTTPS. */
  readonly tls: boolean;
  readonly scene: string;
  /** The services that it offers besides device, media and event. */
  readonly services: readonly ServiceName[];
  readonly httpPort: () => number;
  readonly rtspPort: () => number;
  readonly replayPort: () => number;
  /** The camera's clock, milliseconds since 1970. */
  readonly now: () => number;
}

export const manufacturer = 'Sallyport';
export const model = 'Simulated camera';
export const firmware = '1.0';
export const profileToken = 'profile_1';
export const sourceToken = 'source_1';

export type ServiceName = 'device' | 'media' | 'media2' | 'event' | 'ptz' | 'recording' | 'search' | 'replay' | 'doorcontrol' | 'accesscontrol';

/** Sixteen bytes that belong to the camera's name, for its serial number, MAC and UUID. */
function fingerprint(facts: CameraFacts): string {
  return createHash('sha256').update(`sallyport onvif-camera ${facts.id}`).digest('hex');
}

export const serialNumber = (facts: CameraFacts): string => fingerprint(facts).slice(0, 12).toUpperCase();

/** A locally administered MAC address. */
export const hardwareAddress = (facts: CameraFacts): string => `02:${(fingerprint(facts).slice(0, 10).match(/../g) ?? []).join(':')}`;

/** The endpoint's stable address (ONVIF Core clause 7.3.1): a UUID of version 8, made from the name. */
export function endpointAddress(facts: CameraFacts): string {
  const hex = fingerprint(facts);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const httpBase = (facts: CameraFacts): string => `${facts.tls ? 'https' : 'http'}://${facts.host}:${facts.httpPort()}`;
export const serviceAddress = (facts: CameraFacts, service: ServiceName): string => `${httpBase(facts)}/onvif/${service}_service`;
export const streamPath = '/stream';
export const snapshotPath = '/snapshot.jpg';
export const streamAddress = (facts: CameraFacts): string => `rtsp://${facts.host}:${facts.rtspPort()}${streamPath}`;

/** ONVIF Core clause 7.3.2.2. */
export function scopesOf(facts: CameraFacts): string[] {
  const part = encodeURIComponent;
  return [
    'onvif://www.onvif.org/type/video_encoder',
    'onvif://www.onvif.org/type/Network_Video_Transmitter',
    'onvif://www.onvif.org/Profile/Streaming',
    ...(facts.services.includes('replay') ? ['onvif://www.onvif.org/Profile/G'] : []),
    ...(facts.services.includes('doorcontrol') ? ['onvif://www.onvif.org/Profile/C'] : []),
    `onvif://www.onvif.org/hardware/${part(model)}`,
    `onvif://www.onvif.org/name/${part(facts.id)}`,
    `onvif://www.onvif.org/location/${part(facts.scene)}`,
  ];
}
