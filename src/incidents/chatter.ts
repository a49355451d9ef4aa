import type { AlarmPolicy } from '../domain/alarm-policy.ts';
import { isCritical } from '../domain/critical.ts';
import type { Incident, LeadFinding } from '../domain/incident.ts';
import type { MeasureRequest } from './actions.ts';
import { isLead } from './evidence.ts';
import { GATEWAY } from './life-cycle.ts';

/**
 * Asks to shelve what the lead raised, when its point chatters (ISA-18.2: an alarm that comes and goes in a short time).
 * Counted by the evidence, so that a restart forgets nothing. @param incidents those that the lead's key has had.
 */
export function shelvingOfChatter(
  incident: Incident,
  { event, rule, at }: LeadFinding,
  incidents: readonly Incident[],
  { chatter: { raises, withinMs, shelveMs } }: AlarmPolicy,
): MeasureRequest | undefined {
  const { id, kind, suppressed } = incident;
  if (suppressed !== undefined || isCritical(incident)) return undefined;
  const counts = incidents.flatMap(({ evidence }) => evidence).filter((each) => isLead(each) && each.rule === rule && each.point === event.point);
  const count = counts.filter((each) => each.at > event.eventAt - withinMs && each.at <= event.eventAt).length;
  if (count < raises) return undefined;
  return {
    type: 'shelved',
    target: { of: 'kind', point: event.point, kind },
    reason: `it was raised ${count} times in ${Math.round(withinMs / 1000)} s (${id}): the point chatters`,
    by: GATEWAY,
    at,
    until: at + shelveMs,
  };
}
