import type { CameraFacet, CameraPreset } from '../../src/adapter/contract.ts';
import type { PointId } from '../../src/domain/point.ts';
import type { PtzStatus, PtzVelocity } from '../../src/domain/ptz.ts';
import type { SoapClient } from './client.ts';
import type { Profile } from './device.ts';
import { SoapFault } from './errors.ts';
import type { Target } from './http.ts';
import { child, childrenOf, escapeXml, textAt } from './xml.ts';
import type { Element } from './xml.ts';

const PTZ = 'http://www.onvif.org/ver20/ptz/wsdl';
const SCHEMA = 'http://www.onvif.org/ver10/schema';

/** What a PTZ node takes for a velocity (ONVIF PTZ, 5.2.2); the generic spaces go from -1 to 1 (5.8.3). */
interface VelocityRanges {
  readonly pan: Range;
  readonly tilt: Range;
  /** Undefined for a camera whose lens does not zoom. */
  readonly zoom: Range | undefined;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const generic: Range = { min: -1, max: 1 };

type PtzFacet = Required<Pick<CameraFacet, 'presets' | 'gotoPreset' | 'move' | 'stop' | 'home' | 'ptzStatus'>>;

/** What a camera that turns can do (ONVIF PTZ Service Specification). `ptz`: the service, undefined where there is none. */
export function ptzFacet(client: SoapClient, ptz: Target | undefined, profileOf: (camera: PointId) => Profile, signal: AbortSignal): PtzFacet {
  const ranges = new Map<PointId, Promise<VelocityRanges>>();

  const ask = (camera: PointId, operation: string, content = ''): Promise<Element> => {
    if (ptz === undefined) throw new Error('the camera does not move: it offers no PTZ');
    const body = `<ProfileToken>${escapeXml(profileOf(camera).token)}</ProfileToken>${content}`;
    return client.ask(ptz, (requests) => requests.plain(PTZ, operation, body), { signal });
  };

  const presets = async (camera: PointId): Promise<readonly CameraPreset[]> => {
    if (ptz === undefined) return [];
    return childrenOf(await ask(camera, 'GetPresets'), 'Preset').map((preset) => {
      const token = preset.attributes.get('token') ?? '';
      return { token, name: textAt(preset, 'Name') ?? token };
    });
  };

  const rangesOf = (camera: PointId, service: Target): Promise<VelocityRanges> => {
    const known = ranges.get(camera) ?? readRanges(client, service, profileOf(camera), signal);
    ranges.set(camera, known);
    known.catch(() => ranges.delete(camera));
    return known;
  };

  return {
    presets,

    async gotoPreset(camera, preset) {
      if (ptz === undefined) throw new Error('the camera does not move: it offers no PTZ');
      const all = await presets(camera);
      const found = all.find(({ token, name }) => token === preset || name === preset);
      if (found === undefined) throw new Error(`there is no preset "${preset}"; the camera has ${all.map(({ name }) => name).join(', ') || 'none'}`);
      await ask(camera, 'GotoPreset', `<PresetToken>${escapeXml(found.token)}</PresetToken>`);
    },

    async move(camera, velocity, timeoutMs) {
      if (ptz === undefined) throw new Error('the camera does not move: it offers no PTZ');
      // Some cameras break at a fraction of a second (Tapo C220).
      const timeout = `<Timeout>PT${Math.ceil(timeoutMs / 1000)}S</Timeout>`;
      await ask(camera, 'ContinuousMove', velocityElement(velocity, await rangesOf(camera, ptz)) + timeout);
    },

    async stop(camera) {
      await ask(camera, 'Stop', '<PanTilt>true</PanTilt><Zoom>true</Zoom>');
    },

    async home(camera) {
      await ask(camera, 'GotoHomePosition').catch((cause: unknown) => {
        // PTZ, 5.5.1: ter:NoHomePosition; where HomeSupported is false, ter:ActionNotSupported.
        if (!(cause instanceof SoapFault) || cause.notAuthorized) throw cause;
        throw new Error('the camera has no home position', { cause });
      });
    },

    async ptzStatus(camera) {
      if (ptz === undefined) return undefined;
      return statusOf(child(await ask(camera, 'GetStatus'), 'PTZStatus'));
    },
  };
}

/** What the node of the profile takes; a camera that describes no node is taken to know the generic spaces. */
async function readRanges(client: SoapClient, ptz: Target, { ptzNode }: Profile, signal: AbortSignal): Promise<VelocityRanges> {
  const nodes = childrenOf(await client.ask(ptz, (requests) => requests.plain(PTZ, 'GetNodes'), { signal }), 'PTZNode');
  const spaces = child(nodes.find(({ attributes }) => attributes.get('token') === ptzNode) ?? nodes[0], 'SupportedPTZSpaces');
  const panTilt = child(spaces, 'ContinuousPanTiltVelocitySpace');
  const zoom = child(spaces, 'ContinuousZoomVelocitySpace');
  return {
    pan: rangeOf(child(panTilt, 'XRange')),
    tilt: rangeOf(child(panTilt, 'YRange')),
    zoom: spaces !== undefined && zoom === undefined ? undefined : rangeOf(child(zoom, 'XRange')),
  };
}

function rangeOf(element: Element | undefined): Range {
  const [min, max] = [Number(textAt(element, 'Min') ?? NaN), Number(textAt(element, 'Max') ?? NaN)];
  return Number.isFinite(min) && Number.isFinite(max) && min < 0 && max > 0 ? { min, max } : generic;
}

function velocityElement({ pan, tilt, zoom }: PtzVelocity, ranges: VelocityRanges): string {
  const panTilt = `<PanTilt xmlns="${SCHEMA}" x="${scaled(pan, ranges.pan)}" y="${scaled(tilt, ranges.tilt)}"/>`;
  // An axis that is left out keeps moving as it does; one that is not there is refused.
  return `<Velocity>${panTilt}${ranges.zoom === undefined ? '' : `<Zoom xmlns="${SCHEMA}" x="${scaled(zoom, ranges.zoom)}"/>`}</Velocity>`;
}

/** A share of the full speed, in the device's own range, whose two directions may differ. */
function scaled(share: number, { min, max }: Range): number {
  const limited = Math.max(-1, Math.min(1, share));
  return limited < 0 ? -limited * min : limited * max;
}

/** PTZ, 5.4.1. Some cameras tell neither position nor movement. */
function statusOf(status: Element | undefined): PtzStatus {
  const [panTilt, zoom] = ['PanTilt', 'Zoom'].map((name) => child(status, 'Position', name)?.attributes);
  const states = ['PanTilt', 'Zoom'].map((name) => textAt(status, 'MoveStatus', name));
  const [pan, tilt, closer] = [panTilt?.get('x'), panTilt?.get('y'), zoom?.get('x')].map(Number);
  return {
    moving: states.includes('MOVING'),
    ...(Number.isFinite(pan) && { pan: pan as number }),
    ...(Number.isFinite(tilt) && { tilt: tilt as number }),
    ...(Number.isFinite(closer) && { zoom: closer as number }),
  };
}
