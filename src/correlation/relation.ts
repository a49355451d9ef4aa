import type { LocatedEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';

type Relation = 'door' | 'point' | 'area' | 'credential' | 'covers';

/** What two events must share to belong together: those with a key in common do. */
export function keysOf({ point, place, details }: LocatedEvent, by: Relation): readonly string[] {
  switch (by) {
    case 'door':
      return listOf(place.door);
    case 'point':
      return [point];
    case 'area':
      return listOf(place.areas[0]);
    case 'credential':
      return details['credential'] === undefined ? [] : [String(details['credential'])];
    case 'covers':
      return place.cameras;
  }
}

function listOf(key: PointId | undefined): readonly PointId[] {
  return key === undefined ? [] : [key];
}

/** Findings with the same key belong to one open incident: its kind at its door, or at its point where there is no door. */
export function incidentKey(incidentKind: string, { point, place }: LocatedEvent): string {
  return `${incidentKind}@${place.door ?? point}`;
}
