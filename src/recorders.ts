import type { Fleet } from './adapter/fleet.ts';
import type { Camera } from './domain/site.ts';
import type { FindRecording } from './video/video.ts';

/** Asks the recorder that the site names for a camera. */
export function recorders(cameras: readonly Camera[], fleet: Pick<Fleet, 'recordings'>): FindRecording {
  const byId = new Map(cameras.map((camera) => [camera.id, camera]));
  return async (id, from, to) => {
    const { name, recorder } = byId.get(id) ?? {};
    if (recorder === undefined || name === undefined) return undefined;
    const { device, recording, source } = recorder;
    const wanted = { camera: id, name, ...(recording !== undefined && { recording }), ...(source !== undefined && { source }) };
    return fleet.recordings(device).find(wanted, from, to);
  };
}
