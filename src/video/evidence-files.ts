import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PointId } from '../domain/point.ts';

/** Where a recording of an incident is: `<directory>/<incident>/<camera>.mp4`; its second part and later ones have `+2` and so on behind the camera. */
export function partPath(directory: string, incident: string, camera: PointId, part: number): string {
  return join(directory, fileName(incident), `${fileName(camera)}${part === 1 ? '' : `+${part}`}.mp4`);
}

/** The path of a kept recording, or of one that is being made. */
export async function recordingOf(directory: string, incident: string, camera: PointId): Promise<string | undefined> {
  const path = partPath(directory, incident, camera, 1);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? path : undefined;
}

/** A name of one path segment, whatever the identifier holds. `+` separates parts and is escaped. */
export function fileName(id: string): string {
  return encodeURIComponent(id).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
}

/** The incident whose folder has that name. */
export function incidentOf(folder: string): string {
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}
