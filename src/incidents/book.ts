import type { EpochMs } from '../domain/clock.ts';
import type { Finding, Incident } from '../domain/incident.ts';
import type { BookInput, Refusal } from './actions.ts';
import { knows } from './evidence.ts';
import { after, opened } from './findings.ts';
import type { IncidentNumber } from './incident-id.ts';
import { incidentId, latestNumber, nextNumber } from './incident-id.ts';
import { acted, recorded } from './operators.ts';
import { PersistentMap } from './persistent-map.ts';

/** How long a closed incident stays in the book, so that findings made again from the journal are known and consoles can show it. */
export const CLOSED_KEPT_MS = 12 * 60 * 60 * 1000;

/** Every open incident and those closed lately. A value: `apply` makes the next one. */
export interface Book {
  readonly incidents: PersistentMap<Incident>;
  /** The identifiers of the incidents of each key, oldest first; at most one of them is open. */
  readonly byKey: PersistentMap<readonly string[]>;
  readonly last: IncidentNumber;
}

export interface Outcome {
  readonly book: Book;
  /** The next revisions, to be stored before they are shown. Empty when nothing changed. */
  readonly changed: readonly Incident[];
  readonly refused?: Refusal;
}

/**
 * The book as it was stored.
 * @param stored every open incident and those closed lately.
 * @param lastId the latest identifier ever given out, where it may be among those no longer stored.
 */
export function bookFrom(stored: readonly Incident[], lastId?: string): Book {
  const sorted = [...stored].sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = sorted.map(({ id }) => id);
  return {
    incidents: shelved(sorted),
    byKey: keyed(sorted),
    last: latestNumber(lastId === undefined ? ids : [...ids, lastId]),
  };
}

/** Every incident in the book, oldest first: what `bookFrom` needs to make it again. */
export function incidentsOf({ incidents }: Book): readonly Incident[] {
  return [...incidents.values()];
}

/** The book after a finding, an operator's action, a door command's record or the passing of time. Pure: the same book and input give the same outcome. */
export function apply(book: Book, input: BookInput): Outcome {
  switch (input.type) {
    case 'finding':
      return found(book, input.finding);
    case 'action':
      return onIncident(book, input.action.incident, (incident) => acted(incident, input.action));
    case 'record':
      return onIncident(book, input.record.incident, (incident) => recorded(incident, input.record));
    case 'tick':
      return { book: withoutOld(book, input.at), changed: [] };
  }
}

function found(book: Book, finding: Finding): Outcome {
  const ofKey = (book.byKey.get(finding.incidentKey) ?? []).flatMap((id) => book.incidents.get(id) ?? []);
  const open = ofKey.find(({ state }) => state !== 'closed');
  if (open !== undefined && !ofKey.some((incident) => incident !== open && knows(incident, finding))) {
    const next = after(open, finding);
    return next === undefined ? unchanged(book) : changed(book, next);
  }
  if (finding.type !== 'lead' || ofKey.some((incident) => knows(incident, finding))) return unchanged(book);
  const last = nextNumber(book.last, finding.at);
  const incident = opened(incidentId(last), finding);
  const byKey = book.byKey.set(incident.key, [...(book.byKey.get(incident.key) ?? []), incident.id]);
  return changed({ ...book, byKey, last }, incident);
}

function onIncident(book: Book, id: string, act: (incident: Incident) => Incident | Refusal): Outcome {
  const incident = book.incidents.get(id);
  if (incident === undefined) {
    return {
      book,
      changed: [],
      refused: { code: 'unknown-incident', message: `There is no incident ${id}; it was closed long ago or belongs to another site` },
    };
  }
  const result = act(incident);
  return 'code' in result ? { book, changed: [], refused: result } : changed(book, result);
}

function changed(book: Book, incident: Incident): Outcome {
  return { book: { ...book, incidents: book.incidents.set(incident.id, incident) }, changed: [incident] };
}

function unchanged(book: Book): Outcome {
  return { book, changed: [] };
}

function withoutOld(book: Book, at: EpochMs): Book {
  const kept = incidentsOf(book).filter(({ closedAt }) => closedAt === undefined || closedAt > at - CLOSED_KEPT_MS);
  if (kept.length === book.incidents.size) return book;
  return { ...book, incidents: shelved(kept), byKey: keyed(kept) };
}

function shelved(incidents: readonly Incident[]): PersistentMap<Incident> {
  return PersistentMap.from(incidents.map((incident) => [incident.id, incident]));
}

/** `incidents`: oldest first. */
function keyed(incidents: readonly Incident[]): PersistentMap<readonly string[]> {
  const byKey = new Map<string, string[]>();
  for (const { key, id } of incidents) byKey.set(key, [...(byKey.get(key) ?? []), id]);
  return PersistentMap.from(byKey);
}
