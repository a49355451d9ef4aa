import { isCritical } from '../domain/critical.ts';
import type { LocatedEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Measure, Suppression } from '../domain/measure.ts';
import type { Book } from './book-value.ts';

/** What keeps an incident out of the queue, if anything does. Nothing ever does that to what is critical. */
export function suppressionOf({ measures, policy }: Pick<Book, 'measures' | 'policy'>, incident: Incident): Suppression | undefined {
  if (isCritical(incident)) return undefined;
  const measure = [...measures.values()].filter((each) => each.type !== 'on-test' && isAbout(each, incident)).sort((a, b) => b.until - a.until)[0];
  if (measure !== undefined) return byMeasure(measure);
  const designed = policy.suppressed.find(({ point, kind }) => point === incident.point && (kind ?? incident.kind) === incident.kind);
  return designed && { type: 'by-design', because: designed.reason };
}

export function byMeasure({ id, type, until, reason }: Measure): Suppression {
  return { type: type === 'out-of-service' ? type : 'shelved', measure: id, until, because: reason };
}

/** Whether the measure concerns an incident. */
export function isAbout({ target }: Measure, { id, point, kind }: Incident): boolean {
  switch (target.of) {
    case 'incident':
      return target.incident === id;
    case 'kind':
      return target.point === point && target.kind === kind;
    case 'point':
      return target.point === point;
    case 'device':
    case 'site':
      return false;
  }
}

/** The test under which an event was reported, if there is one. */
export function testOf({ measures, panelOf }: Pick<Book, 'measures' | 'panelOf'>, { device, point, place }: LocatedEvent): Measure | undefined {
  return [...measures.values()].find(({ type, target }) => {
    if (type !== 'on-test') return false;
    if (target.of === 'device') return target.device === device || target.device === point;
    if (target.of === 'point') return [point, place.door, panelOf.get(point)].includes(target.point);
    return target.of === 'site';
  });
}

export function unsuppressed(incident: Incident): Incident {
  const { suppressed: _suppressed, ...rest } = incident;
  return rest;
}
