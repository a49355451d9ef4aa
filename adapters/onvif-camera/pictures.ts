import type { CameraFacet, Snapshot, StreamAddress } from '../../src/adapter/contract.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { PointId } from '../../src/domain/point.ts';
import { serviceTarget, streamUri } from './addresses.ts';
import { HttpAuthentication } from './authentication.ts';
import type { ServedCamera } from './cameras.ts';
import type { SoapClient } from './client.ts';
import { deviceTarget, tellSnapshotUri, tellStreamUri } from './device.ts';
import type { Media, Profile } from './device.ts';
import { sentence } from './errors.ts';
import { exchange } from './http.ts';
import type { Target } from './http.ts';
import { ptzFacet } from './ptz.ts';
import { childrenOf, escapeXml } from './xml.ts';

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
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

  return {
    async stream(camera) {
      const stream = streams.get(camera);
      if (stream === undefined) throw new Error(`${camera} is no camera of this device`);
      return Promise.resolve(stream);
    },

    async substream(camera) {
      const sub = cameras.find(({ id }) => id === camera)?.sub;
      if (sub === undefined) return undefined;
      const { host, username, password } = client.options;
      return { uri: streamUri(await tellStreamUri(client, media, sub, { signal }), host), username, password };
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

    ...ptzFacet(client, ptz, profileOf, signal),

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
