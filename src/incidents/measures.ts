import type { EpochMs } from '../domain/clock.ts';
import { isCritical, isCriticalKind } from '../domain/critical.ts';
import type { Incident } from '../domain/incident.ts';
import type { Measure, MeasureType } from '../domain/measure.ts';
import { measureTargets } from '../domain/measure.ts';
import type { Book, Outcome } from './book-value.ts';
import { changed, isOpen, refused } from './book-value.ts';
import type { MeasureRequest } from './actions.ts';
import { GATEWAY } from './life-cycle.ts';
import { logged } from './operators.ts';
import { byMeasure, isAbout, suppressionOf, unsuppressed } from './suppression.ts';
import { span } from './words.ts';

const HOUR_MS = 60 * 60 * 1000;

/** The longest that each measure may last before somebody has to decide again. */
export const longestMs: Readonly<Record<MeasureType, number>> = {
  shelved: 12 * HOUR_MS,
  'out-of-service': 30 * 24 * HOUR_MS,
  'on-test': 24 * HOUR_MS,
};

const words: Readonly<Record<MeasureType, string>> = { shelved: 'shelved', 'out-of-service': 'taken out of service', 'on-test': 'put on test' };

/** The book after a measure began: what it is about leaves the queue, but for what is critical. */
export function begun(book: Book, request: MeasureRequest): Outcome {
  const message = obstacle(book, request);
  if (message !== undefined) return refused(book, { code: 'not-possible', message });
  const { type, target, reason, by, at, until } = request;
  const measure: Measure = { id: `m${book.lastMeasure + 1}`, type, target, reason, by, from: at, until };
  const next = { ...book, lastMeasure: book.lastMeasure + 1, measures: book.measures.set(measure.id, measure) };
  const concerned =
    type === 'on-test'
      ? []
      : [...book.incidents.values()].filter((incident) => isOpen(incident) && isAbout(measure, incident) && !isCritical(incident));
  const outOfQueue = concerned.map((incident) => ({
    ...logged(incident, { at, by, what: `${words[type]} for ${span(at, until)}`, note: reason }),
    suppressed: byMeasure(measure),
  }));
  return { ...changed(next, ...outOfQueue), measures: [measure] };
}

function obstacle(book: Book, { type, target, at, until }: MeasureRequest): string | undefined {
  if (!measureTargets[type].includes(target.of)) return `A ${target.of} cannot be ${words[type]}`;
  if (until <= at) return 'The end must lie in the future';
  if (until > at + longestMs[type]) return `Nothing can be ${words[type]} for more than ${span(0, longestMs[type])} at a time`;
  if (target.of === 'kind' && isCriticalKind(target.kind)) return `Incidents of the kind ${target.kind} are critical; those are never shelved`;
  if (target.of !== 'incident') return undefined;
  const incident = book.incidents.get(target.incident);
  if (incident === undefined || !isOpen(incident)) return 'There is no such open incident';
  return isCritical(incident) ? 'The incident is critical; those are never shelved' : undefined;
}

/** The book after somebody ended a measure. */
export function ended(book: Book, id: string, by: string, at: EpochMs): Outcome {
  const measure = book.measures.get(id);
  if (measure === undefined) return refused(book, { code: 'not-possible', message: 'That has ended already' });
  return without(book, [measure], by, at);
}

/** The book after the measures that are due have ended by themselves. */
export function expired(book: Book, at: EpochMs): Outcome {
  return without(
    book,
    [...book.measures.values()].filter(({ until }) => until <= at),
    GATEWAY,
    at,
  );
}

function without(book: Book, over: readonly Measure[], by: string, at: EpochMs): Outcome {
  if (over.length === 0) return { book, changed: [] };
  const measures = over.reduce((left, { id }) => left.delete(id), book.measures);
  const next = { ...book, measures };
  const waiting = [...book.incidents.values()].filter(
    ({ suppressed, state }) => state !== 'closed' && over.some(({ id }) => id === suppressed?.measure),
  );
  const returned = waiting.map((incident) => returning(next, incident, by, at));
  return { ...changed(next, ...returned), measures: over.map((measure) => ({ ...measure, endedAt: at, endedBy: by })) };
}

function returning(book: Book, incident: Incident, by: string, at: EpochMs): Incident {
  const suppressed = suppressionOf(book, incident);
  if (suppressed !== undefined) return { ...incident, suppressed, revision: incident.revision + 1 };
  const shown = unsuppressed(logged(incident, { at, by, what: 'returned it to the queue' }));
  return shown.state === 'new' ? { ...shown, renewed: 'unshelved' } : shown;
}
