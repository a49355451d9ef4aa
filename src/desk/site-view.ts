import type { DeviceSupervisor } from '../adapter/supervisor.ts';
import type { Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import type { DeviceState, SiteView } from './schemas.ts';

/** The site as consoles need it: names, and what may be commanded. */
export function siteView(
  site: Site,
  scenarios: SiteView['scenarios'],
  has: { readonly escalation: boolean; readonly procedures: boolean },
): SiteView {
  return {
    id: site.id,
    name: site.name,
    areas: site.areas.map(({ id, name, within }) => ({ id, name, ...(within !== undefined && { within }) })),
    doors: site.doors.map(({ id, name, area, commands, escapeRoute }) => ({
      id,
      name,
      commands: [...commands],
      ...(area !== undefined && { area }),
      ...(escapeRoute === true && { escapeRoute }),
    })),
    cameras: site.cameras.map(({ id, name, area }) => ({ id, name, ...(area !== undefined && { area }) })),
    points: [...pointsOf(site), ...site.devices.map((device) => ({ ...device, type: 'device' }))].map(({ id, name, type }) => ({ id, name, type })),
    ...(site.threatLevels !== undefined && site.threatLevels.length > 0 && { threatLevels: site.threatLevels }),
    ...(has.escalation && { escalates: true }),
    ...(has.procedures && { procedures: true }),
    scenarios,
  };
}

/** A device's link in words for people. */
export function deviceState({ device, link, malformed }: DeviceSupervisor): DeviceState {
  return {
    device: device.id,
    name: device.name,
    adapter: device.adapter,
    state: link.state,
    since: link.since,
    detail: linkDetail(link),
    malformed: malformed.count,
    ...(link.state === 'online' && link.attention !== undefined && { attention: link.attention }),
  };
}

function linkDetail(link: DeviceSupervisor['link']): string {
  switch (link.state) {
    case 'online':
      return link.detail ?? 'connected';
    case 'offline':
    case 'failed':
      return link.reason;
    case 'connecting':
      return link.attempt === 1 ? 'connecting' : `connecting, attempt ${link.attempt}`;
    case 'stopped':
      return 'stopped';
  }
}
