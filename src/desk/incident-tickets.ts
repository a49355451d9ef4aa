import type { PointId } from '../domain/point.ts';
import type { DeskChanges } from './protocol.ts';

/** A dispatcher looks at one incident at a time; in a flood the others are asked for when they are looked at. */
const MOST_CAMERAS = 4;
/** The picture of now, and that of the alarm. */
const TILES = 2;

/** The changes with what admits to the pictures of incidents that nobody has taken yet, so that a console need not ask before it can show them. */
export function withTickets(changes: DeskChanges, issue: (camera: PointId) => string): DeskChanges {
  const untaken = (changes.incidents ?? []).filter(({ state }) => state === 'new');
  const cameras = [...new Set(untaken.flatMap((incident) => incident.cameras.slice(0, 1)))].slice(0, MOST_CAMERAS);
  if (cameras.length === 0) return changes;
  const tickets = cameras.flatMap((camera) => Array.from({ length: TILES }, () => ({ camera, ticket: issue(camera) })));
  return { ...changes, tickets };
}
