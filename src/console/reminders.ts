import { isReminder } from '../domain/escalation.ts';
import type { Incident } from '../domain/incident.ts';

/** The incidents that still wait for somebody and of which the gateway has just reminded the desk, most urgent first. */
export function reminded(before: ReadonlyMap<string, Incident>, now: ReadonlyMap<string, Incident>): readonly Incident[] {
  const count = (incident: Incident | undefined) => incident?.log.filter(isReminder).length ?? 0;
  return [...now.values()]
    .filter((incident) => {
      const known = before.get(incident.id);
      return incident.state === 'new' && known !== incident && known !== undefined && count(incident) > count(known);
    })
    .sort((a, b) => a.priority - b.priority);
}
