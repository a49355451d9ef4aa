import { profileToken } from './camera-facts.ts';
import { faults } from './envelope.ts';
import type { Operations } from './operations.ts';
import { childOf, escapeXml, textOf } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** The part of the PTZ service (ONVIF PTZ Service Specification) that knows presets; tokens count from 1. */
export function ptzService(presets: readonly string[]): Operations {
  let at: string | undefined;
  const known = (request: XmlElement): void => {
    if (textOf(childOf(request, 'ProfileToken')) !== profileToken) throw faults.invalidArgument('ter:NoProfile', 'There is no such profile');
  };
  return {
    GetPresets: (request) => {
      known(request);
      const all = presets.map((name, index) => `<tptz:Preset token="${index + 1}"><tt:Name>${escapeXml(name)}</tt:Name></tptz:Preset>`);
      return `<tptz:GetPresetsResponse>${all.join('')}</tptz:GetPresetsResponse>`;
    },
    GotoPreset: (request) => {
      known(request);
      const token = textOf(childOf(request, 'PresetToken'));
      if (presets[Number(token) - 1] === undefined) throw faults.invalidArgument('ter:NoToken', `There is no preset "${token}"`);
      at = token;
      return '<tptz:GotoPresetResponse/>';
    },
    // The simulated lens does not turn; where it would point is told as its position.
    GetStatus: (request) => {
      known(request);
      const position = `<tt:Position><tt:PanTilt x="${Number(at ?? 0) / 10}" y="0"/></tt:Position>`;
      return `<tptz:GetStatusResponse><tptz:PTZStatus>${position}<tt:UtcTime>${new Date().toISOString()}</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>`;
    },
  };
}
