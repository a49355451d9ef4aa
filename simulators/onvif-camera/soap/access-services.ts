import type { AccessController, DoorCommand } from '../access-controller.ts';
import { faults } from './envelope.ts';
import type { Operations } from './operations.ts';
import { childOf, escapeXml, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

const doorCapabilities =
  '<tdc:Capabilities Access="true" Lock="true" Unlock="true" DoorMonitor="true" LockMonitor="true" Alarm="true" Tamper="true" Fault="true"/>';

/** The Door Control service (ONVIF Door Control Service Specification clause 5). */
export function doorControlService(controller: AccessController): Operations {
  const known = (request: XmlElement): string => {
    const token = textOf(childOf(request, 'Token'));
    if (!controller.doors.some((door) => door.token === token)) throw faults.invalidArgument('ter:NotFound', `There is no door "${token}"`);
    return token;
  };
  const command = (name: DoorCommand) => (request: XmlElement) => {
    controller.command(known(request), name);
    return `<tdc:${name}Response/>`;
  };
  const info = ({ token }: { token: string }): string =>
    `<tdc:DoorInfo token="${escapeXml(token)}"><tdc:Name>${escapeXml(token)}</tdc:Name>${doorCapabilities}</tdc:DoorInfo>`;
  return {
    GetServiceCapabilities: () => '<tdc:GetServiceCapabilitiesResponse><tdc:Capabilities MaxLimit="100"/></tdc:GetServiceCapabilitiesResponse>',
    GetDoorInfoList: () => `<tdc:GetDoorInfoListResponse>${controller.doors.map(info).join('')}</tdc:GetDoorInfoListResponse>`,
    GetDoorState: (request) => {
      const token = known(request);
      const state = (name: string): string => controller.state(token, name);
      return (
        `<tdc:GetDoorStateResponse><tdc:DoorState><tdc:DoorPhysicalState>${state('DoorPhysicalState')}</tdc:DoorPhysicalState>` +
        `<tdc:LockPhysicalState>${state('LockPhysicalState')}</tdc:LockPhysicalState><tdc:Alarm>${state('DoorAlarm')}</tdc:Alarm>` +
        `<tdc:Tamper><tdc:State>${state('DoorTamper')}</tdc:State></tdc:Tamper><tdc:Fault><tdc:State>${state('DoorFault')}</tdc:State></tdc:Fault>` +
        `<tdc:DoorMode>${state('DoorMode')}</tdc:DoorMode></tdc:DoorState></tdc:GetDoorStateResponse>`
      );
    },
    AccessDoor: command('AccessDoor'),
    LockDoor: command('LockDoor'),
    UnlockDoor: command('UnlockDoor'),
  };
}

/** The part of the Access Control service (ONVIF Access Control Service Specification clause 5) that lists access points. */
export function accessControlService(controller: AccessController): Operations {
  const info = ({ token, reader }: { token: string; reader: string }): string =>
    `<tac:AccessPointInfo token="${escapeXml(reader)}"><tac:Name>${escapeXml(reader)}</tac:Name><tac:Entity>${escapeXml(token)}</tac:Entity>` +
    '<tac:Capabilities DisableAccessPoint="false" Duress="true"/></tac:AccessPointInfo>';
  return {
    GetServiceCapabilities: () => '<tac:GetServiceCapabilitiesResponse><tac:Capabilities MaxLimit="100"/></tac:GetServiceCapabilitiesResponse>',
    GetAccessPointInfoList: () => `<tac:GetAccessPointInfoListResponse>${controller.doors.map(info).join('')}</tac:GetAccessPointInfoListResponse>`,
  };
}
