import type { Site } from '../domain/site.ts';
import { locator } from '../intake/locate.ts';
import { mistake } from './mistakes.ts';
import type { Mistake, YamlSource } from './yaml-source.ts';

/** Cameras that see nothing, and doors that no camera sees: the site runs, but alarms come without a picture. */
export function coverageWarnings(source: YamlSource, site: Site): Mistake[] {
  const { cameras, doors } = site;
  const locate = locator(site);
  const blind = cameras.flatMap(({ id, covers }, index) =>
    covers.length > 0
      ? []
      : [
          mistake(source, ['cameras', index], `camera "${id}" covers nothing`, 'list the doors, zones and areas that it sees under "covers"', {
            severity: 'warning',
          }),
        ],
  );
  // A site without cameras is meant so.
  if (cameras.length === 0) return blind;
  const unseen = doors.flatMap(({ id }, index) =>
    locate(id).place.cameras.length > 0
      ? []
      : [
          mistake(source, ['doors', index], `no camera sees door "${id}": its alarms come without a picture`, 'add it to a camera\'s "covers"', {
            severity: 'warning',
          }),
        ],
  );
  return [...blind, ...unseen];
}
