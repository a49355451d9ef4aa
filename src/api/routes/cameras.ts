import express from 'express';
import { z } from 'zod';
import type { CameraFacet } from '../../adapter/contract.ts';
import { Refusal } from '../../desk/operations.ts';
import type { Operations } from '../../desk/operations.ts';
import { ptzOrderSchema } from '../../desk/protocol.ts';
import { cameraPtzSchema, ptzStateSchema } from '../../desk/ptz-schemas.ts';
import type { PtzControl } from '../../ptz/control.ts';
import type { Camera } from '../../domain/site.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint } from '../endpoint.ts';

export interface CameraSources {
  readonly cameras: readonly Camera[];
  /** The camera's device. @throws Error with a sentence for the dispatcher when it cannot be reached. */
  readonly facet: (camera: string) => CameraFacet;
  /** A picture of now as JPEG. @throws Error with a sentence for the dispatcher. */
  readonly still: (camera: string) => Promise<Uint8Array>;
  /** Path of the picture that was kept of a camera when an incident was opened, if there is one. */
  readonly kept: (incident: string, camera: string) => Promise<string | undefined>;
  /** Who moves a camera. */
  readonly ptz: Pick<PtzControl, 'holder'>;
  readonly steer: Operations['steer'];
  readonly audit: (line: { by: string; text: string; point?: string }) => void;
}

const params = z.object({ id: z.string().describe('the camera’s identifier in the site file') });

/** What cameras do when they are told to: turn to a preset, switch a relay. */
export function cameraEndpoints(sources: CameraSources): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/cameras/{id}/presets',
      tag: 'cameras',
      summary: 'The positions that are stored in a camera that turns; none for one that does not',
      params,
      answer: z.object({ presets: z.array(z.object({ token: z.string(), name: z.string() })) }),
      handle: async ({ params: { id } }) => ({ presets: (await use(sources, id, 'presets', (presets) => presets(id))).map((each) => ({ ...each })) }),
    }),
    endpoint({
      method: 'post',
      path: '/cameras/{id}/preset',
      tag: 'cameras',
      summary: 'Turn a camera to one of its presets; answers when the camera has agreed to',
      params,
      body: z.strictObject({ preset: z.string().min(1).describe('its token or name') }),
      answer: z.object({ camera: z.string(), preset: z.string() }),
      async handle({ params: { id }, body: { preset }, principal }) {
        await sources.steer(id, { action: 'preset', preset }, principal);
        return { camera: id, preset };
      },
    }),
    endpoint({
      method: 'get',
      path: '/cameras/{id}/ptz',
      tag: 'cameras',
      summary: 'Whether a camera turns, where it looks, its presets, and who moves it',
      params,
      answer: cameraPtzSchema,
      async handle({ params: { id } }) {
        const holder = sources.ptz.holder(id);
        const status = await use(sources, id, 'ptzStatus', (ptzStatus) => ptzStatus(id));
        const presets = status === undefined ? [] : await use(sources, id, 'presets', (all) => all(id));
        return { turns: status !== undefined, ...(status && { status }), presets: presets.map((each) => ({ ...each })), ...(holder && { holder }) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/cameras/{id}/ptz',
      tag: 'cameras',
      summary: 'Move a camera by hand; refused with 409 while somebody with a better claim holds it',
      params,
      body: z.strictObject({ order: ptzOrderSchema, incident: z.string().exactOptional().describe('the incident for which it is moved') }),
      answer: ptzStateSchema,
      async handle({ params: { id }, body: { order, incident }, principal }) {
        await sources.steer(id, order, principal, incident);
        const holder = sources.ptz.holder(id);
        return { camera: id, ...(holder && { holder }) };
      },
    }),
    endpoint({
      method: 'get',
      path: '/cameras/{id}/relays',
      tag: 'cameras',
      summary: 'The relay outputs of a camera’s device',
      params,
      answer: z.object({ relays: z.array(z.string()) }),
      handle: async ({ params: { id } }) => ({ relays: [...(await use(sources, id, 'relays', (relays) => relays(id)))] }),
    }),
    endpoint({
      method: 'post',
      path: '/cameras/{id}/relay',
      tag: 'cameras',
      summary: 'Switch a relay output of a camera’s device',
      params,
      body: z.strictObject({ relay: z.string().min(1), active: z.boolean() }),
      answer: z.object({ camera: z.string(), relay: z.string(), active: z.boolean() }),
      async handle({ params: { id }, body: { relay, active }, principal }) {
        await use(sources, id, 'setRelay', (setRelay) => setRelay(id, relay, active));
        sources.audit({ by: principal.name, point: id, text: `switched relay ${relay} of ${nameOf(sources, id)} ${active ? 'on' : 'off'}` });
        return { camera: id, relay, active };
      },
    }),
  ];
}

/** Pictures as JPEG: one that the camera makes now, and the one that was kept when an incident was opened. */
export function cameraPictures(sources: CameraSources): express.Router {
  const router = express.Router();
  router.get('/cameras/:id/snapshot.jpg', async (request, response) => {
    const { id } = request.params;
    const name = nameOf(sources, id);
    const jpeg = await sources.still(id).catch((cause: unknown) => {
      throw new Refusal('failed', `${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    });
    response.type('image/jpeg').set('Cache-Control', 'no-store').send(Buffer.from(jpeg));
  });
  router.get('/incidents/:id/snapshot/:camera.jpg', async (request, response) => {
    const { id, camera } = request.params;
    const file = await sources.kept(id, camera);
    if (file === undefined) throw new Refusal('unknown', `no picture of ${camera} is kept for incident ${id}`);
    response.type('image/jpeg').sendFile(file);
  });
  return router;
}

/** Calls one method of the camera's facet. @throws Refusal when there is no such camera, it cannot do that, or it did not. */
async function use<Method extends keyof CameraFacet, Result>(
  sources: CameraSources,
  id: string,
  method: Method,
  call: (method: NonNullable<CameraFacet[Method]>) => Promise<Result>,
): Promise<Result> {
  const name = nameOf(sources, id);
  try {
    const found = sources.facet(id)[method];
    if (found === undefined) throw new Error(`its adapter has no ${words[method]}`);
    return await call(found);
  } catch (cause) {
    throw new Refusal('failed', `${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const words: Readonly<Record<keyof CameraFacet, string>> = {
  stream: 'live picture',
  substream: 'small picture',
  snapshot: 'single pictures',
  presets: 'presets',
  gotoPreset: 'presets',
  move: 'control by hand',
  stop: 'control by hand',
  home: 'home position',
  ptzStatus: 'position',
  relays: 'relays',
  setRelay: 'relays',
};

function nameOf({ cameras }: CameraSources, id: string): string {
  const camera = cameras.find((each) => each.id === id);
  if (camera === undefined) throw new Refusal('unknown', `there is no camera ${id}`);
  return camera.name;
}
