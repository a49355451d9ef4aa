import { isCriticalKind } from '../domain/critical.ts';
import type { Incident, LeadFinding, Priority, PriorityStep, SupportFinding } from '../domain/incident.ts';
import { kinds } from '../domain/kinds.ts';
import type { Area } from '../domain/site.ts';

type Prioritised = Pick<Incident, 'priority' | 'priorityBecause'>;

/** The priority with which a lead opens an incident: the rule's, then what the place and its threat level add. */
export function openingPriority({ priority, reason }: LeadFinding, weights: readonly Weight[]): Prioritised {
  const opening: Prioritised = { priority, priorityBecause: [{ priority, because: reason }] };
  return weights.reduce((before, { steps, because }) => {
    const weighed = stepsMoreUrgent(before.priority, steps);
    return weighed === before.priority ? before : step(before, { priority: weighed, because });
  }, opening);
}

/** What the place adds to the urgency of what happens there. */
export interface Weight {
  readonly steps: number;
  readonly because: string;
}

/** The weights of the place: of its area, and of the threat level that held there. */
export function weightsOf(lead: LeadFinding, areas: ReadonlyMap<string, Area>): readonly Weight[] {
  const { threat } = lead;
  const ofArea = weightOfArea(lead, areas);
  return [
    ...(ofArea === undefined ? [] : [ofArea]),
    ...(threat === undefined ? [] : [{ steps: threat.raisesPriorityBy, because: `Threat level ${threat.title}: +${threat.raisesPriorityBy}` }]),
  ];
}

/** The weight of the innermost area that has one. What is critical never becomes less urgent. */
function weightOfArea({ event, incidentKind }: LeadFinding, areas: ReadonlyMap<string, Area>): Weight | undefined {
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

/** A further lead makes the incident as urgent as the more urgent of both. Its priority counts what the place adds. */
export function afterLead(incident: Prioritised, { priority, reason, threat }: LeadFinding): Prioritised {
  const because = threat === undefined ? reason : `${reason}; threat level ${threat.title}: +${threat.raisesPriorityBy}`;
  return priority < incident.priority ? step(incident, { priority, because }) : incident;
}

/** Support makes the incident more urgent by its steps, never beyond 1. Whether its rule has done so before is the caller's knowledge. */
export function afterSupport(incident: Prioritised, { raisePriorityBy, reason }: SupportFinding): Prioritised {
  const priority = stepsMoreUrgent(incident.priority, raisePriorityBy);
  if (priority === incident.priority) return incident;
  const steps = incident.priority - priority;
  return step(incident, { priority, because: `${reason}: ${steps} ${steps === 1 ? 'step' : 'steps'} more urgent` });
}

/** At least as urgent as `priority`, with the reason where that changes something. */
export function asUrgentAs({ priority: before, priorityBecause }: Prioritised, priority: Priority, because: string): Prioritised {
  return priority < before ? step({ priority: before, priorityBecause }, { priority, because }) : { priority: before, priorityBecause };
}

function step({ priorityBecause }: Prioritised, next: PriorityStep): Prioritised {
  return { priority: next.priority, priorityBecause: [...priorityBecause, next] };
}
