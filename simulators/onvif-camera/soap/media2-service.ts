import { httpBase, profileToken, snapshotPath, sourceToken, streamAddress } from './camera-facts.ts';
import type { CameraFacts } from './camera-facts.ts';
import { faults } from './envelope.ts';
import type { Operations } from './operations.ts';
import { childOf, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** The Media2 service (ONVIF Media 2 Service Specification), which profile T asks for. */
export function media2Service(facts: CameraFacts): Operations {
  const known = (request: XmlElement): void => {
    const token = textOf(childOf(request, 'ProfileToken'));
    if (token !== profileToken) throw faults.invalidArgument('ter:NoProfile', `There is no profile "${token}"`);
  };
  return {
    GetServiceCapabilities: () =>
      '<tr2:GetServiceCapabilitiesResponse><tr2:Capabilities SnapshotUri="true"><tr2:ProfileCapabilities MaximumNumberOfProfiles="1"/>' +
      '<tr2:StreamingCapabilities RTSPStreaming="true"/></tr2:Capabilities></tr2:GetServiceCapabilitiesResponse>',
    GetProfiles: () =>
      `<tr2:GetProfilesResponse><tr2:Profiles token="${profileToken}" fixed="true"><tr2:Name>main</tr2:Name><tr2:Configurations>` +
      `<tr2:VideoSource token="source_configuration_1"><tt:Name>video source</tt:Name><tt:UseCount>1</tt:UseCount><tt:SourceToken>${sourceToken}</tt:SourceToken>` +
      '<tt:Bounds x="0" y="0" width="640" height="360"/></tr2:VideoSource></tr2:Configurations></tr2:Profiles></tr2:GetProfilesResponse>',
    GetStreamUri: (request) => {
      known(request);
      return `<tr2:GetStreamUriResponse><tr2:Uri>${streamAddress(facts)}</tr2:Uri></tr2:GetStreamUriResponse>`;
    },
    GetSnapshotUri: (request) => {
      known(request);
      return `<tr2:GetSnapshotUriResponse><tr2:Uri>${httpBase(facts)}${snapshotPath}</tr2:Uri></tr2:GetSnapshotUriResponse>`;
    },
  };
}
