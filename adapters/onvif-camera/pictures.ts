import type { CameraFacet, CameraPreset, Snapshot, StreamAddress } from '../../src/adapter/contract.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { PointId } from '../../src/domain/point.ts';
import { serviceTarget } from './addresses.ts';
import { HttpAuthentication } from './authentication.ts';
import type { ServedCamera } from './cameras.ts';
import type { SoapClient } from './client.ts';
import { deviceTarget, tellSnapshotUri } from './device.ts';
import type { Media, Profile } from './device.ts';
import { sentence } from './errors.ts';
import { exchange } from './http.ts';
import type { Target } from './http.ts';
import { childrenOf, escapeXml, textAt } from './xml.ts';

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const PTZ = 'http://www.onvif.org/ver20/ptz/wsdl';
/** A picture of 4K at the best quality is smaller. */
const MAX_SNAPSHOT_BYTES = 8 * 1024 * 1024;

interface CamerasOptions {
  readonly client: SoapClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly media: Media;
  readonly cameras: readonly ServedCamera[];
  readonly streams: ReadonlyMap<PointId, StreamAddress>;
  /** The PTZ service, where there is one. */
  readonly ptz: Target | undefined;
}

/** What a dispatcher can have of the cameras, beyond events: their pictures, their presets, their relays. */
export function cameraFacet({ client, clock, signal, media, cameras, streams, ptz }: CamerasOptions): Required<CameraFacet> {
  const authentication = new HttpAuthentication(client.options);
  const snapshotTargets = new Map<PointId, Target>();

  const profileOf = (camera: PointId): Profile => {
    const served = cameras.find(({ id }) => id === camera);
    if (served === undefined) throw new Error(`${camera} is no camera of this device`);
    return served.profile;
  };

  const snapshotTarget = async (camera: PointId): Promise<Target> => {
    const known = snapshotTargets.get(camera);
    if (known !== undefined) return known;
    const target = serviceTarget(await tellSnapshotUri(client, media, profileOf(camera), { signal }), client.options);
    snapshotTargets.set(camera, target);
    return target;
  };

  const fetchOnce = (target: Target) =>
    exchange(
      target,
      { method: 'GET', headers: { Accept: 'image/jpeg', ...authentication.headers('GET', target.path) } },
      { clock, signal, deadlineMs: client.options.timeoutMs, maxBytes: MAX_SNAPSHOT_BYTES },
    );

  const movable = (): Target => {
    if (ptz === undefined) throw new Error('the camera does not move: it offers no PTZ');
    return ptz;
  };
  const presetsOf = async (camera: PointId): Promise<readonly CameraPreset[]> => {
    const token = `<ProfileToken>${escapeXml(profileOf(camera).token)}</ProfileToken>`;
    if (ptz === undefined) return [];
    const reply = await client.ask(ptz, (requests) => requests.plain(PTZ, 'GetPresets', token), { signal });
    return childrenOf(reply, 'Preset').map((preset) => {
      const presetToken = preset.attributes.get('token') ?? '';
      return { token: presetToken, name: textAt(preset, 'Name') ?? presetToken };
    });
  };

  return {
    async stream(camera) {
      const stream = streams.get(camera);
      if (stream === undefined) throw new Error(`${camera} is no camera of this device`);
      return Promise.resolve(stream);
    },

    async snapshot(camera): Promise<Snapshot> {
      const target = await snapshotTarget(camera);
      let reply = await fetchOnce(target);
      if (reply.status === 401 && authentication.challenged(reply.challenges)) reply = await fetchOnce(target);
      if (reply.status !== 200) {
        // The address may have been good for one connection only (ONVIF Media, 5.15.2, InvalidAfterConnect).
        snapshotTargets.delete(camera);
        throw new Error(`the camera gave no picture: HTTP status ${reply.status}`);
      }
      // Some answer 200 with a page that says what is wrong.
      if (reply.body.length < 4 || reply.body.readUInt16BE(0) !== 0xffd8) throw new Error('what the camera gave is no JPEG picture');
      // Without the rest of the pool that a Buffer may lie in.
      return { jpeg: new Uint8Array(reply.body) };
    },

    presets: presetsOf,

    async gotoPreset(camera, preset) {
      const target = movable();
      const presets = await presetsOf(camera);
      const found = presets.find(({ token, name }) => token === preset || name === preset);
      if (found === undefined)
        throw new Error(`there is no preset "${preset}"; the camera has ${presets.map(({ name }) => name).join(', ') || 'none'}`);
      const tokens = `<ProfileToken>${escapeXml(profileOf(camera).token)}</ProfileToken><PresetToken>${escapeXml(found.token)}</PresetToken>`;
      await client.ask(target, (requests) => requests.plain(PTZ, 'GotoPreset', tokens), { signal });
    },

    async relays() {
      const reply = await client.ask(deviceTarget(client), (requests) => requests.plain(DEVICE, 'GetRelayOutputs'), { signal });
      return childrenOf(reply, 'RelayOutputs').map(({ attributes }) => attributes.get('token') ?? '');
    },

    async setRelay(_camera, relay, active) {
      const state = active ? 'active' : 'inactive';
      const content = `<RelayOutputToken>${escapeXml(relay)}</RelayOutputToken><LogicalState>${state}</LogicalState>`;
      await client
        .ask(deviceTarget(client), (requests) => requests.plain(DEVICE, 'SetRelayOutputState', content), { signal })
        .catch((cause: unknown) => {
          throw new Error(`relay ${relay} was not switched: ${sentence(cause)}`, { cause });
        });
    },
  };
}
