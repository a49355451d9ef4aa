import type { EpochMs } from '../domain/clock.ts';
import type { PointId, PointType } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import type { ThreatLevel } from '../domain/threat.ts';
import { schedules } from './schedule.ts';

/** What rules need to know of a site beyond the event's place. */
export interface SiteFacts {
  /** The name of a point, device or area; the identifier itself where the site names no such thing. */
  readonly name: (id: PointId) => string;
  readonly typeOf: (point: PointId) => PointType | undefined;
  readonly heldAfterSeconds: (door: PointId) => number | undefined;
  /** The doors or areas next to a door or area; the same from both sides. */
  readonly adjacentTo: (id: PointId) => readonly PointId[];
  /** Whether a schedule of the site runs at that moment; undefined where the site has no such schedule. */
  readonly isDuring: (schedule: string, at: EpochMs) => boolean | undefined;
  /** A threat level that the site declares. */
  readonly threatLevel?: (id: string) => ThreatLevel | undefined;
}

export function siteFacts(site: Site): SiteFacts {
  const points = pointsOf(site);
  const names = new Map([...site.areas, ...site.devices, ...points].map(({ id, name }) => [id, name]));
  const types = new Map<PointId, PointType>([
    ...site.devices.map(({ id }) => [id, 'device'] as const),
    ...points.map(({ id, type }) => [id, type] as const),
  ]);
  const held = new Map(site.doors.map(({ id, heldAfterSeconds }) => [id, heldAfterSeconds]));
  const neighbours = adjacency(site);
  const threatLevels = new Map(site.threatLevels?.map((level) => [level.id, level]));
  return {
    name: (id) => names.get(id) ?? id,
    typeOf: (point) => types.get(point),
    heldAfterSeconds: (door) => held.get(door),
    adjacentTo: (id) => neighbours.get(id) ?? [],
    isDuring: schedules(site),
    threatLevel: (id) => threatLevels.get(id),
  };
}

function adjacency({ areas, doors }: Site): ReadonlyMap<PointId, readonly PointId[]> {
  const found = new Map<PointId, Set<PointId>>();
  const add = (one: PointId, other: PointId) => found.set(one, (found.get(one) ?? new Set()).add(other));
  for (const { id, adjacent = [] } of [...areas, ...doors]) {
    for (const other of adjacent) {
      add(id, other);
      add(other, id);
    }
  }
  return new Map([...found].map(([id, others]) => [id, [...others]]));
}
