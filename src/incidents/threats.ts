import type { EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';
import { mostSevere } from '../domain/threat.ts';
import type { LevelInForce, ThreatLevel } from '../domain/threat.ts';
import { GATEWAY, moved, transition } from './life-cycle.ts';
import { withLine } from './log.ts';
import { afterThreat } from './priority.ts';

/** The most severe level in force at a place: in one of its areas, or everywhere. */
export function levelAt(areas: readonly PointId[], inForce: readonly LevelInForce[]): ThreatLevel | undefined {
  return mostSevere(inForce.filter(({ area }) => area === undefined || areas.includes(area)).map(({ level }) => level));
}

/**
 * The incident as urgent as the levels in force make it now: what a level adds comes when it is set and goes when it is lifted, and what evidence has
 * added meanwhile stays. The same object where nothing changes. A test competes with nothing, and what is closed is over.
 */
export function underThreats(incident: Incident, inForce: readonly LevelInForce[], at: EpochMs): Incident {
  if (incident.test === true || incident.state === 'closed') return incident;
  const revised = afterThreat(incident, levelAt(incident.areas, inForce));
  if (revised === incident) return incident;
  const { threat: _before, ...rest } = incident;
  const next: Incident = { ...rest, ...revised, revision: incident.revision + 1 };
  if (next.priority === incident.priority) return next;
  const rises = next.priority < incident.priority;
  const what = `${rises ? 'raised' : 'lowered'} the priority from ${incident.priority} to ${next.priority}`;
  const note = next.priorityBecause.at(-1)?.because ?? '';
  const logged: Incident = { ...next, ...(rises && { raisedIn: next.revision }), log: withLine(next.log, { at, by: GATEWAY, what, note }) };
  // As with news: what is on hold comes back when it gets more urgent.
  const row = rises ? transition('news', logged.state) : undefined;
  return row === undefined ? logged : moved(logged, row, GATEWAY);
}
