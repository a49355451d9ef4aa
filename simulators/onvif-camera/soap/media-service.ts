import { faults } from './envelope.ts';
import { httpBase, profileToken, snapshotPath, sourceToken, streamAddress } from './camera-facts.ts';
import type { CameraFacts } from './camera-facts.ts';
import type { Operations } from './operations.ts';
import { ptzNode } from './ptz-service.ts';
import { childOf, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

export const mediaCapabilities =
  '<trt:Capabilities SnapshotUri="true" Rotation="false"><trt:ProfileCapabilities MaximumNumberOfProfiles="1"/>' +
  '<trt:StreamingCapabilities RTPMulticast="false" RTP_TCP="true" RTP_RTSP_TCP="true"/></trt:Capabilities>';

const width = 640;
const height = 360;
const bounds = `<tt:Bounds x="0" y="0" width="${width}" height="${height}"/>`;
const resolution = `<tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution>`;

const sourceConfiguration = `<tt:Name>video source</tt:Name><tt:UseCount>1</tt:UseCount><tt:SourceToken>${sourceToken}</tt:SourceToken>${bounds}`;
/** FrameRateLimit is an integer, so 12.5 pictures a second are rounded up. */
const encoderConfiguration =
  `<tt:Name>H.264</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding>${resolution}<tt:Quality>3</tt:Quality>` +
  '<tt:RateControl><tt:FrameRateLimit>13</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>400</tt:BitrateLimit></tt:RateControl>' +
  '<tt:H264><tt:GovLength>13</tt:GovLength><tt:H264Profile>Baseline</tt:H264Profile></tt:H264>' +
  '<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>' +
  '<tt:SessionTimeout>PT60S</tt:SessionTimeout>';

/** The profile turns the camera, where it turns (ONVIF PTZ, 5.1). */
const ptzConfiguration = `<tt:PTZConfiguration token="ptz_configuration_1"><tt:Name>head</tt:Name><tt:UseCount>1</tt:UseCount><tt:NodeToken>${ptzNode}</tt:NodeToken></tt:PTZConfiguration>`;

const profile = (tag: string, turns: boolean): string =>
  `<trt:${tag} token="${profileToken}" fixed="true"><tt:Name>main</tt:Name>` +
  `<tt:VideoSourceConfiguration token="source_configuration_1">${sourceConfiguration}</tt:VideoSourceConfiguration>` +
  `<tt:VideoEncoderConfiguration token="encoder_configuration_1">${encoderConfiguration}</tt:VideoEncoderConfiguration>${turns ? ptzConfiguration : ''}</trt:${tag}>`;

/** The media service (ONVIF Media Service Specification): one source, one profile. */
export function mediaService(facts: CameraFacts): Operations {
  const turns = facts.services.includes('ptz');
  const mediaUri = (operation: string, uri: string): string =>
    `<trt:${operation}Response><trt:MediaUri><tt:Uri>${uri}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>` +
    `<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:${operation}Response>`;
  return {
    GetServiceCapabilities: () => `<trt:GetServiceCapabilitiesResponse>${mediaCapabilities}</trt:GetServiceCapabilitiesResponse>`,
    GetProfiles: () => `<trt:GetProfilesResponse>${profile('Profiles', turns)}</trt:GetProfilesResponse>`,
    GetProfile: (request) => {
      knownProfile(request);
      return `<trt:GetProfileResponse>${profile('Profile', turns)}</trt:GetProfileResponse>`;
    },
    GetVideoSources: () =>
      `<trt:GetVideoSourcesResponse><trt:VideoSources token="${sourceToken}"><tt:Framerate>12.5</tt:Framerate>${resolution}</trt:VideoSources></trt:GetVideoSourcesResponse>`,
    GetVideoSourceConfigurations: () =>
      `<trt:GetVideoSourceConfigurationsResponse><trt:Configurations token="source_configuration_1">${sourceConfiguration}</trt:Configurations></trt:GetVideoSourceConfigurationsResponse>`,
    GetVideoEncoderConfigurations: () =>
      `<trt:GetVideoEncoderConfigurationsResponse><trt:Configurations token="encoder_configuration_1">${encoderConfiguration}</trt:Configurations></trt:GetVideoEncoderConfigurationsResponse>`,
    GetStreamUri: (request) => {
      knownProfile(request);
      return mediaUri('GetStreamUri', streamAddress(facts));
    },
    GetSnapshotUri: (request) => {
      knownProfile(request);
      return mediaUri('GetSnapshotUri', `${httpBase(facts)}${snapshotPath}`);
    },
    // Key frames come every second without being asked for.
    SetSynchronizationPoint: (request) => {
      knownProfile(request);
      return '<trt:SetSynchronizationPointResponse/>';
    },
  };
}

function knownProfile(request: XmlElement): void {
  const token = textOf(childOf(request, 'ProfileToken'));
  if (token !== profileToken) throw faults.invalidArgument('ter:NoProfile', `There is no profile "${token}"`);
}
