import type { Incident, LeadFinding, Priority, PriorityStep, SupportFinding } from '../domain/incident.ts';

type Prioritised = Pick<Incident, 'priority' | 'priorityBecause'>;

/** The priority with which a lead opens an incident. */
export function openingPriority({ priority, reason }: LeadFinding): Prioritised {
  return { priority, priorityBecause: [{ priority, because: reason }] };
}

/** A further lead makes the incident as urgent as the more urgent of both. */
export function afterLead(incident: Prioritised, { priority, reason }: LeadFinding): Prioritised {
  return priority < incident.priority ? step(incident, { priority, because: reason }) : incident;
}

/** Support makes the incident more urgent by its steps, never beyond 1. Whether its rule has done so before is the caller's knowledge. */
export function afterSupport(incident: Prioritised, { raisePriorityBy, reason }: SupportFinding): Prioritised {
  const priority = Math.max(1, incident.priority - raisePriorityBy) as Priority;
  if (priority === incident.priority) return incident;
  const steps = incident.priority - priority;
  return step(incident, { priority, because: `${reason}: ${steps} ${steps === 1 ? 'step' : 'steps'} more urgent` });
}

/** An incident into which another is merged is as urgent as the more urgent of both. */
export function afterMerge(incident: Prioritised, { priority, id }: Pick<Incident, 'priority' | 'id'>): Prioritised {
  return priority < incident.priority ? step(incident, { priority, because: `${id} was merged into it` }) : priorityOf(incident);
}

function priorityOf({ priority, priorityBecause }: Prioritised): Prioritised {
  return { priority, priorityBecause };
}

function step({ priorityBecause }: Prioritised, next: PriorityStep): Prioritised {
  return { priority: next.priority, priorityBecause: [...priorityBecause, next] };
}
