import type { SiteView } from '../desk/schemas.ts';
import type { Incident } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';

/** The names that the site file gives to its identifiers. An identifier without a name stands for itself. */
export interface Names {
  point(id: PointId): string;
  /** The areas from the outermost to the innermost, such as "Campus › Server room". */
  place(incident: Incident): string;
}

export function namesOf(site: SiteView | undefined): Names {
  const names = new Map<PointId, string>();
  if (site !== undefined) {
    for (const { id, name } of [...site.points, ...site.areas, ...site.doors, ...site.cameras]) names.set(id, name);
  }
  const point = (id: PointId) => names.get(id) ?? id;
  return { point, place: ({ areas }) => areas.map(point).reverse().join(' › ') };
}
