import type { LocatedEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { SiteFacts } from './site-facts.ts';

/** What two events can have in common, and how the guide says it. */
export const relations = {
  door: 'the door (a reader counts for its door)',
  point: 'the point',
  area: 'the innermost area',
  within: 'the area around the innermost one',
  adjacent: 'the door or innermost area, or one that the site file calls adjacent to it',
  covers: 'a camera that covers both (or is one and covers the other)',
  credential: 'the credential',
  device: 'the device that reported it',
  unit: 'the unit of the device, where several share a line; the device where it has none',
  account: 'the account of the alarm panel',
} as const;
export type Relation = keyof typeof relations;

const none: readonly string[] = [];

/** What two events must share to belong together: those with a key in common do. */
export function keysOf(event: LocatedEvent, by: Relation, site: Pick<SiteFacts, 'adjacentTo'>): readonly string[] {
  const { point, place, details, device } = event;
  switch (by) {
    case 'door':
      return listOf(place.door);
    case 'point':
      return [point];
    case 'area':
      return listOf(place.areas[0]);
    case 'within':
      return listOf(place.areas[1] ?? place.areas[0]);
    case 'adjacent':
      return [...neighbourhood(place.door, site), ...neighbourhood(place.areas[0], site)];
    case 'covers':
      return place.cameras;
    case 'credential':
      return textOf(details['credential']);
    case 'device':
      return [device];
    case 'unit':
      return [details['unit'] === undefined ? device : `${device} ${String(details['unit'])}`];
    case 'account':
      return textOf(details['account']);
  }
}

/** With several relations the events must share one key of each. */
export function keysOfAll(event: LocatedEvent, by: readonly Relation[], site: Pick<SiteFacts, 'adjacentTo'>): readonly string[] {
  let keys = none;
  for (let index = 0; index < by.length; index += 1) {
    const further = keysOf(event, by[index] as Relation, site);
    if (further.length === 0) return none;
    keys = index === 0 ? further : everyPair(keys, further);
  }
  return keys;
}

function everyPair(keys: readonly string[], others: readonly string[]): readonly string[] {
  const [key] = keys;
  const [other] = others;
  if (keys.length === 1 && others.length === 1) return [`${key} ${other}`];
  return keys.flatMap((each) => others.map((further) => `${each} ${further}`));
}

/** Whether two events have nothing in common in that respect; what one of them does not tell cannot differ. */
export function differ(a: LocatedEvent, b: LocatedEvent, by: Relation, site: Pick<SiteFacts, 'adjacentTo'>): boolean {
  const [keys, others] = [keysOf(a, by, site), keysOf(b, by, site)];
  return keys.length > 0 && others.length > 0 && !keys.some((key) => others.includes(key));
}

/** How an incident is told from others of its kind. */
export const groupings = ['place', 'point', 'door', 'area', 'device', 'unit', 'credential', 'account'] as const;
export type Grouping = (typeof groupings)[number];

/** Whether all events of one point are of one group. */
export function isOfThePoint(per: Grouping): boolean {
  return per === 'place' || per === 'point' || per === 'door' || per === 'area';
}

/** Findings with the same key belong to one open incident: its kind at its door, or at its point where there is no door, unless `per` says otherwise. */
export function incidentKey(incidentKind: string, event: LocatedEvent, per: Grouping = 'place'): string {
  return `${incidentKind}@${groupOf(event, per)}`;
}

/** What of an event tells the incidents of one kind from one another. */
export function groupOf(event: LocatedEvent, per: Grouping): string {
  const own = per === 'place' ? undefined : keysOf(event, per, { adjacentTo: () => none })[0];
  return own ?? event.place.door ?? event.point;
}

/** The place itself, and the border to each neighbour: two neighbours share their border and nothing else. */
function neighbourhood(id: PointId | undefined, { adjacentTo }: Pick<SiteFacts, 'adjacentTo'>): readonly string[] {
  if (id === undefined) return none;
  return [id, ...adjacentTo(id).map((other) => (id < other ? `${id} ${other}` : `${other} ${id}`))];
}

function listOf(key: PointId | undefined): readonly PointId[] {
  return key === undefined ? none : [key];
}

function textOf(detail: string | number | boolean | undefined): readonly string[] {
  return detail === undefined ? none : [String(detail)];
}
