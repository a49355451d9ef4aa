import type { Located, Place } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Point, Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';
import { areasAround } from '../domain/threat.ts';

const nowhere: Place = { areas: [], cameras: [] };

/** Joins a point to its areas, its door and the cameras that see it, and numbers it. The map is built once, when the site is loaded. */
export function locator(site: Site): (point: PointId) => Located {
  const index = indexOf(site);
  const known = new Map<PointId, Located>();
  const add = (point: PointId, place: Place): Located => {
    const located = { place, pointNumber: known.get(point)?.pointNumber ?? known.size };
    known.set(point, located);
    return located;
  };
  for (const point of pointsOf(site)) add(point.id, placeOf(point, index));
  for (const device of site.devices) {
    const served = index.servedBy.get(device.id) ?? [];
    const area = device.area ?? sharedArea(served, index);
    const own = served.filter(({ type }) => type === 'camera').map(({ id }) => id);
    add(device.id, {
      areas: area === undefined ? [] : areasAround(area, index.parentOf),
      // A device that the site file puts into an area stands there, for cameras to see.
      cameras: own.length > 0 ? own : camerasIn(device.area, index),
    });
  }
  // A threat level is set for an area.
  for (const { id } of site.areas) add(id, { areas: areasAround(id, index.parentOf), cameras: index.covering.get(id) ?? [] });
  return (point) => known.get(point) ?? add(point, nowhere);
}

/** The site's lists by what is asked of them, so that ten thousand doors are located in no time. */
interface SiteIndex {
  readonly doorOf: ReadonlyMap<PointId, PointId>;
  readonly areaOf: ReadonlyMap<PointId, PointId>;
  readonly panelOf: ReadonlyMap<PointId, PointId>;
  readonly parentOf: ReadonlyMap<PointId, PointId>;
  readonly covering: ReadonlyMap<PointId, readonly PointId[]>;
  readonly standingIn: ReadonlyMap<PointId, readonly PointId[]>;
  readonly servedBy: ReadonlyMap<PointId, readonly Point[]>;
}

function indexOf(site: Site): SiteIndex {
  const known = <Value>(entries: readonly (readonly [PointId, Value | undefined])[]) =>
    new Map(entries.flatMap(([id, value]) => (value === undefined ? [] : [[id, value] as const])));
  return {
    doorOf: known([...site.doors.map(({ id }) => [id, id] as const), ...site.readers.map(({ id, door }) => [id, door] as const)]),
    areaOf: known(pointsOf(site).map(({ id, area }) => [id, area] as const)),
    panelOf: known(site.zones.map(({ id, panel }) => [id, panel] as const)),
    parentOf: known(site.areas.map(({ id, within }) => [id, within] as const)),
    covering: grouped(site.cameras.flatMap(({ id, covers }) => covers.map((covered) => [covered, id] as const))),
    standingIn: grouped(site.cameras.flatMap(({ id, area }) => (area === undefined ? [] : [[area, id] as const]))),
    servedBy: grouped(pointsOf(site).map((point) => [point.device, point] as const)),
  };
}

function grouped<Value>(entries: readonly (readonly [PointId, Value])[]): ReadonlyMap<PointId, readonly Value[]> {
  const groups = new Map<PointId, Value[]>();
  for (const [key, value] of entries) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function placeOf(point: Point, index: SiteIndex): Place {
  const door = index.doorOf.get(point.id);
  const area = point.area ?? index.areaOf.get(door ?? '') ?? index.areaOf.get(index.panelOf.get(point.id) ?? '');
  const areas = area === undefined ? [] : areasAround(area, index.parentOf);
  return { areas, cameras: camerasFor(point, door, areas[0], index), ...(door !== undefined && { door }) };
}

/** Best first: the camera itself, those that cover the point, its door, its area, then those that stand in the area. */
function camerasFor(point: Point, door: PointId | undefined, area: PointId | undefined, { covering, standingIn }: SiteIndex): PointId[] {
  const itself = point.type === 'camera' ? [point.id] : [];
  const direct = [...itself, ...(covering.get(point.id) ?? []), ...(covering.get(door ?? '') ?? [])];
  // A camera that sees the point itself is the right one; one that merely hangs in the same area would compete with it.
  return direct.length > 0 ? [...new Set(direct)] : camerasIn(area, { covering, standingIn });
}

/** Those that cover the area first. */
function camerasIn(area: PointId | undefined, { covering, standingIn }: Pick<SiteIndex, 'covering' | 'standingIn'>): PointId[] {
  return area === undefined ? [] : [...new Set([...(covering.get(area) ?? []), ...(standingIn.get(area) ?? [])])];
}

function sharedArea(points: readonly Point[], index: SiteIndex): PointId | undefined {
  const areas = new Set(points.map((point) => placeOf(point, index).areas[0]));
  return areas.size === 1 ? [...areas][0] : undefined;
}
