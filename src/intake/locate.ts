import type { Place } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Point, Site } from '../domain/site.ts';
import { pointsOf } from '../domain/site.ts';

const nowhere: Place = { areas: [], cameras: [] };

/** Joins a point to its areas, its door and the cameras that see it. The map is built once, when the site is loaded. */
export function locator(site: Site): (point: PointId) => Place {
  const places = new Map<PointId, Place>();
  for (const point of pointsOf(site)) places.set(point.id, placeOf(point, site));
  for (const device of site.devices) {
    const served = pointsOf(site).filter((point) => point.device === device.id);
    const area = device.area ?? sharedArea(served, site);
    places.set(device.id, {
      areas: area === undefined ? [] : withParents(area, site),
      cameras: served.filter(({ type }) => type === 'camera').map(({ id }) => id),
    });
  }
  return (point) => places.get(point) ?? nowhere;
}

function placeOf(point: Point, site: Site): Place {
  const reader = site.readers.find(({ id }) => id === point.id);
  const door = site.doors.find(({ id }) => id === (reader?.door ?? point.id));
  const area = point.area ?? door?.area ?? panelArea(point, site);
  const areas = area === undefined ? [] : withParents(area, site);
  return { areas, cameras: camerasFor(point, door?.id, areas, site), ...(door && { door: door.id }) };
}

function panelArea(point: Point, site: Site): PointId | undefined {
  const zone = site.zones.find(({ id }) => id === point.id);
  return site.panels.find(({ id }) => id === zone?.panel)?.area;
}

/** Best first: the camera itself, those that cover the point, its door, its area, then those that stand in the area. */
function camerasFor(point: Point, door: PointId | undefined, areas: readonly PointId[], site: Site): PointId[] {
  const covering = (what: PointId | undefined) =>
    site.cameras.filter(({ covers }) => what !== undefined && covers.includes(what)).map(({ id }) => id);
  const standing = site.cameras.filter(({ area }) => area !== undefined && area === areas[0]).map(({ id }) => id);
  const itself = point.type === 'camera' ? [point.id] : [];
  const direct = [...itself, ...covering(point.id), ...covering(door)];
  // A camera that sees the point itself is the right one; one that merely hangs in the same area would compete with it.
  return [...new Set(direct.length > 0 ? direct : [...covering(areas[0]), ...standing])];
}

function sharedArea(points: readonly Point[], site: Site): PointId | undefined {
  const areas = new Set(points.map((point) => placeOf(point, site).areas[0]));
  return areas.size === 1 ? [...areas][0] : undefined;
}

function withParents(area: PointId, site: Site): PointId[] {
  const chain: PointId[] = [];
  for (let next: PointId | undefined = area; next !== undefined && !chain.includes(next);) {
    chain.push(next);
    next = site.areas.find(({ id }) => id === chain.at(-1))?.within;
  }
  return chain;
}
