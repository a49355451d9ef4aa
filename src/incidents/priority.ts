import { isCriticalKind } from '../domain/critical.ts';
import type { Incident, LeadFinding, Priority, SupportFinding } from '../domain/incident.ts';
import { kinds } from '../domain/kinds.ts';
import type { Area } from '../domain/site.ts';

/** What of an incident tells how urgent it is, and why. */
export type Prioritised = Pick<Incident, 'priority' | 'priorityBecause' | 'threat'>;
type Threat = NonNullable<LeadFinding['threat']>;

/** The priority with which a lead opens an incident: the rule's, then what the place and its threat level add. */
export function openingPriority({ priority, reason }: LeadFinding, { area, threat }: Weights): Prioritised {
  const opening: Prioritised = { priority, priorityBecause: [{ priority, because: reason }] };
  const here = area === undefined ? opening : weighed(opening, stepsMoreUrgent(priority, area.steps), undefined, area.because);
  return afterThreat(here, threat);
}

/** What the place adds to the urgency of what happens there: its area, and its threat level. */
export interface Weights {
  readonly area?: { readonly steps: number; readonly because: string };
  readonly threat?: Threat;
}

/**
 * @param inForce the level that holds at the place now. A rule that waited tells of a time at which another one held, or none: what opens is as urgent as
 * the one that adds more makes it, so that it is no less urgent than what was open when the level was set.
 */
export function weightsOf(lead: LeadFinding, areas: ReadonlyMap<string, Area>, inForce: Threat | undefined): Weights {
  const area = weightOfArea(lead, areas);
  const threat = (inForce?.raisesPriorityBy ?? 0) >= (lead.threat?.raisesPriorityBy ?? 0) ? inForce : lead.threat;
  return { ...(area && { area }), ...(threat && { threat }) };
}

/** The weight of the innermost area that has one. What is critical never becomes less urgent. */
function weightOfArea({ event, incidentKind }: LeadFinding, areas: ReadonlyMap<string, Area>): Weights['area'] {
  const area = event.place.areas.map((id) => areas.get(id)).find((each) => each?.criticality !== undefined);
  if (area?.criticality === 'high') return { steps: 1, because: `${area.name} is an area of high criticality: 1 step more urgent` };
  const critical = isCriticalKind(incidentKind) || kinds[event.kind].severity === 'critical';
  return area?.criticality === 'low' && !critical
    ? { steps: -1, because: `${area.name} is an area of low criticality: 1 step less urgent` }
    : undefined;
}

export function stepsMoreUrgent(priority: Priority, steps: number): Priority {
  return Math.min(5, Math.max(1, priority - steps)) as Priority;
}

/**
 * A further lead makes the incident as urgent as the more urgent of both, and brings the threat level that held there. Its priority counts what its area
 * adds, not the level.
 */
export function afterLead(incident: Prioritised, { priority, reason, threat }: LeadFinding): Prioritised {
  const brings = threat !== undefined && threat.raisesPriorityBy > (incident.threat?.raisesPriorityBy ?? 0);
  const because = threat === undefined ? reason : `${reason}; threat level ${threat.title}: +${threat.raisesPriorityBy}`;
  const without = Math.min(incident.threat?.without ?? incident.priority, priority) as Priority;
  return weighed(incident, without, brings ? threat : incident.threat, because);
}

/** Support makes the incident more urgent by its steps, never beyond 1. Whether its rule has done so before is the caller's knowledge. */
export function afterSupport(incident: Prioritised, { raisePriorityBy, reason }: SupportFinding): Prioritised {
  const before = incident.threat?.without ?? incident.priority;
  const without = stepsMoreUrgent(before, raisePriorityBy);
  const steps = before - without;
  return weighed(incident, without, incident.threat, `${reason}: ${steps} ${steps === 1 ? 'step' : 'steps'} more urgent`);
}

/** At least as urgent as `priority`, with the reason where that changes something. */
export function asUrgentAs(incident: Prioritised, priority: Priority, because: string): Prioritised {
  const without = Math.min(incident.threat?.without ?? incident.priority, priority) as Priority;
  return weighed(incident, without, incident.threat, because);
}

/** With the threat level that holds at its place now, or none; the same object where that changes nothing. */
export function afterThreat(incident: Prioritised, level: Threat | undefined): Prioritised {
  const { threat } = incident;
  const raising = level !== undefined && level.raisesPriorityBy > 0 ? level : undefined;
  const lifted = threat === undefined ? [] : [`Threat level ${threat.title} lifted: −${threat.raisesPriorityBy}`];
  const set = raising === undefined ? [] : [`Threat level ${raising.title}: +${raising.raisesPriorityBy}`];
  return weighed(incident, threat?.without ?? incident.priority, raising, [...lifted, ...set].join('; '));
}

/**
 * The incident as urgent as `without` and its threat level make it; the same object where that changes nothing. Both are kept apart: while a level
 * raises it to 1, evidence counts all the same, and shows when the level is lifted.
 */
function weighed(incident: Prioritised, without: Priority, level: Threat | undefined, because: string): Prioritised {
  const { priority: before, priorityBecause, threat } = incident;
  const priority = level === undefined ? without : stepsMoreUrgent(without, level.raisesPriorityBy);
  const counts = priority !== before || without !== (threat?.without ?? before);
  if (!counts && level?.title === threat?.title && level?.raisesPriorityBy === threat?.raisesPriorityBy) return incident;
  return {
    priority,
    priorityBecause: counts ? [...priorityBecause, { priority, because }] : priorityBecause,
    ...(level && { threat: { title: level.title, raisesPriorityBy: level.raisesPriorityBy, without } }),
  };
}
