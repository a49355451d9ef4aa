import type { PointId, PointType } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';

/** What rules need to know of a site beyond the event's place. */
export interface SiteFacts {
  /** The name of a point, device or area; the identifier itself where the site names no such thing. */
  readonly name: (id: PointId) => string;
  readonly typeOf: (point: PointId) => PointType | undefined;
  readonly heldAfterSeconds: (door: PointId) => number | undefined;
}

export function siteFacts(site: Site): SiteFacts {
  const points = pointsOf(site);
  const names = new Map([...site.areas, ...site.devices, ...points].map(({ id, name }) => [id, name]));
  const types = new Map<PointId, PointType>([
    ...site.devices.map(({ id }) => [id, 'device'] as const),
    ...points.map(({ id, type }) => [id, type] as const),
  ]);
  const held = new Map(site.doors.map(({ id, heldAfterSeconds }) => [id, heldAfterSeconds]));
  return { name: (id) => names.get(id) ?? id, typeOf: (point) => types.get(point), heldAfterSeconds: (door) => held.get(door) };
}
