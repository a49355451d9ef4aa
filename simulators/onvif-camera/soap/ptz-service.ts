import { profileToken } from './camera-facts.ts';
import { faults } from './envelope.ts';
import type { Operations } from './operations.ts';
import type { Axes, PtzUnit } from './ptz-unit.ts';
import { childOf, durationMs, escapeXml, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

const spaces = 'http://www.onvif.org/ver10/tptz';
export const ptzNode = 'ptz_node_1';

const range = (name: string, min: number, max: number) => `<tt:${name}><tt:Min>${min}</tt:Min><tt:Max>${max}</tt:Max></tt:${name}>`;
const square = range('XRange', -1, 1) + range('YRange', -1, 1);
const space = (element: string, uri: string, ranges: string) => `<tt:${element}><tt:URI>${spaces}/${uri}</tt:URI>${ranges}</tt:${element}>`;

/** ONVIF PTZ Service Specification, 5.2: one node, with the generic spaces of 5.8. */
const node =
  `<tptz:PTZNode token="${ptzNode}" FixedHomePosition="true"><tt:Name>Simulated head</tt:Name><tt:SupportedPTZSpaces>` +
  space('AbsolutePanTiltPositionSpace', 'PanTiltSpaces/PositionGenericSpace', square) +
  space('AbsoluteZoomPositionSpace', 'ZoomSpaces/PositionGenericSpace', range('XRange', 0, 1)) +
  space('ContinuousPanTiltVelocitySpace', 'PanTiltSpaces/VelocityGenericSpace', square) +
  space('ContinuousZoomVelocitySpace', 'ZoomSpaces/VelocityGenericSpace', range('XRange', -1, 1)) +
  '</tt:SupportedPTZSpaces><tt:MaximumNumberOfPresets>100</tt:MaximumNumberOfPresets><tt:HomeSupported>true</tt:HomeSupported></tptz:PTZNode>';

/** The PTZ service (ONVIF PTZ Service Specification); tokens of presets count from 1. The drawn picture does not turn with the head. */
export function ptzService(presets: readonly string[], unit: PtzUnit): Operations {
  const known = (request: XmlElement): void => {
    if (textOf(childOf(request, 'ProfileToken')) !== profileToken) throw faults.invalidArgument('ter:NoProfile', 'There is no such profile');
  };
  return {
    GetServiceCapabilities: () =>
      '<tptz:GetServiceCapabilitiesResponse><tptz:Capabilities MoveStatus="true" StatusPosition="true"/></tptz:GetServiceCapabilitiesResponse>',
    GetNodes: () => `<tptz:GetNodesResponse>${node}</tptz:GetNodesResponse>`,
    GetPresets: (request) => {
      known(request);
      const all = presets.map((name, index) => `<tptz:Preset token="${index + 1}"><tt:Name>${escapeXml(name)}</tt:Name></tptz:Preset>`);
      return `<tptz:GetPresetsResponse>${all.join('')}</tptz:GetPresetsResponse>`;
    },
    GotoPreset: (request) => {
      known(request);
      const token = textOf(childOf(request, 'PresetToken'));
      if (presets[Number(token) - 1] === undefined) throw faults.invalidArgument('ter:NoToken', `There is no preset "${token}"`);
      unit.goTo(presetPosition(Number(token)));
      return '<tptz:GotoPresetResponse/>';
    },
    GotoHomePosition: (request) => {
      known(request);
      unit.goTo({ pan: 0, tilt: 0, zoom: 0 });
      return '<tptz:GotoHomePositionResponse/>';
    },
    ContinuousMove: (request) => {
      known(request);
      const velocity = childOf(request, 'Velocity');
      const panTilt = childOf(velocity, 'PanTilt')?.attributes;
      const zoom = childOf(velocity, 'Zoom')?.attributes;
      const timeout = childOf(request, 'Timeout');
      unit.move(
        {
          ...(panTilt && { pan: velocityOf(panTilt['x']), tilt: velocityOf(panTilt['y']) }),
          ...(zoom && { zoom: velocityOf(zoom['x']) }),
        },
        timeout === undefined ? undefined : durationMs(textOf(timeout)),
      );
      return '<tptz:ContinuousMoveResponse/>';
    },
    // 5.3.4: without either element, both stop.
    Stop: (request) => {
      known(request);
      const named = (name: string) => textOf(childOf(request, name));
      unit.stop(named('PanTilt') !== 'false', named('Zoom') !== 'false');
      return '<tptz:StopResponse/>';
    },
    GetStatus: (request) => {
      known(request);
      const { pan, tilt, zoom, turning, zooming } = unit.status();
      const state = (moves: boolean) => (moves ? 'MOVING' : 'IDLE');
      return (
        `<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt x="${pan}" y="${tilt}"/><tt:Zoom x="${zoom}"/></tt:Position>` +
        `<tt:MoveStatus><tt:PanTilt>${state(turning)}</tt:PanTilt><tt:Zoom>${state(zooming)}</tt:Zoom></tt:MoveStatus>` +
        `<tt:UtcTime>${new Date().toISOString()}</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>`
      );
    },
  };
}

/** Presets are a tenth of the way apart. */
export function presetPosition(token: number): Axes {
  return { pan: Math.min(1, token / 10), tilt: 0, zoom: 0 };
}

function velocityOf(text: string | undefined): number {
  const velocity = Number(text);
  if (text === undefined || !(Math.abs(velocity) <= 1)) throw faults.invalidArgument('ter:InvalidVelocity', 'The velocity is out of bounds');
  return velocity;
}
