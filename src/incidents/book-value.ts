import type { AlarmPolicy } from '../domain/alarm-policy.ts';
import { defaultAlarmPolicy } from '../domain/alarm-policy.ts';
import { isCritical } from '../domain/critical.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { Incident } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { PointId } from '../domain/point.ts';
import type { Area, Site } from '../domain/site.ts';
import type { LevelInForce } from '../domain/threat.ts';
import type { Refusal } from './actions.ts';
import { scored } from './avs.ts';
import type { Flood } from './flood.ts';
import { afterOpening, noFlood } from './flood.ts';
import type { IncidentNumber } from './incident-id.ts';
import { incidentId, latestNumber } from './incident-id.ts';
import { GATEWAY } from './life-cycle.ts';
import { withLine } from './log.ts';
import { PersistentMap } from './persistent-map.ts';
import { suppressionOf, unsuppressed } from './suppression.ts';

/** Every open incident and those closed lately, and the measures that are in force. A value: `apply` makes the next one. */
export interface Book {
  readonly incidents: PersistentMap<Incident>;
  /** The identifiers of the incidents that findings of each key may belong to, oldest first; at most one with that key of its own is open. */
  readonly byKey: PersistentMap<readonly string[]>;
  readonly last: IncidentNumber;
  /** Those that are in force, by their identifier. */
  readonly measures: PersistentMap<Measure>;
  readonly lastMeasure: number;
  readonly flood: Flood;
  readonly policy: AlarmPolicy;
  readonly areas: ReadonlyMap<string, Area>;
  /** The panel of each zone. */
  readonly panelOf: ReadonlyMap<PointId, PointId>;
  readonly threats: readonly LevelInForce[];
}

export interface Outcome {
  readonly book: Book;
  /** The next revisions, to be stored before they are shown. Empty when nothing changed. */
  readonly changed: readonly Incident[];
  /** Measures that began or ended, to be stored with them. */
  readonly measures?: readonly Measure[];
  readonly refused?: Refusal;
}

/** What the book needs besides the incidents that were stored. */
export interface BookSettings {
  /** The latest identifier ever given out, where it may be among those no longer stored. */
  readonly lastId?: string | undefined;
  /** The measures that were in force. */
  readonly measures?: readonly Measure[];
  readonly lastMeasure?: number;
  readonly site?: Pick<Site, 'areas' | 'alarms'> & Partial<Pick<Site, 'zones'>>;
}

/** The book as it was stored. `stored`: every open incident and those closed lately. */
export function bookFrom(stored: readonly Incident[], { lastId, measures = [], lastMeasure = 0, site }: BookSettings = {}): Book {
  const sorted = [...stored].sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = sorted.map(({ id }) => id);
  const policy = site?.alarms ?? defaultAlarmPolicy;
  const book: Book = {
    incidents: PersistentMap.from<Incident>([]),
    byKey: keyed(sorted),
    last: latestNumber(lastId === undefined ? ids : [...ids, lastId]),
    measures: PersistentMap.from(measures.map((measure) => [measure.id, measure])),
    lastMeasure,
    flood: noFlood,
    policy,
    areas: new Map(site?.areas.map((area) => [area.id, area])),
    panelOf: new Map(site?.zones?.map(({ id, panel }) => [id, panel])),
    threats: [],
  };
  const openings = sorted.filter(({ test }) => test !== true).map(({ openedAt }) => openedAt);
  return {
    ...book,
    // The site's design may have changed meanwhile.
    incidents: byId(sorted.map((incident) => (isOpen(incident) && incident.suppressed !== undefined ? resuppressed(book, incident) : incident))),
    flood: openings.sort((a, b) => a - b).reduce((flood, at) => afterOpening(flood, at, policy.flood), noFlood),
  };
}

function resuppressed(book: Book, incident: Incident): Incident {
  return suppressionOf(book, incident) === undefined ? unsuppressed(incident) : incident;
}

/** Every incident in the book, oldest first: what `bookFrom` needs to make it again. */
export function incidentsOf({ incidents }: Book): readonly Incident[] {
  return [...incidents.values()];
}

export function isOpen({ state }: Incident): boolean {
  return state !== 'closed';
}

/** The incidents that a finding of the key may belong to, oldest first. */
export function withKey(book: Book, key: string): readonly Incident[] {
  return (book.byKey.get(key) ?? []).flatMap((id) => book.incidents.get(id) ?? []);
}

export function unchanged(book: Book): Outcome {
  return { book, changed: [] };
}

export function refused(book: Book, refusal: Refusal): Outcome {
  return { book, changed: [], refused: refusal };
}

/** The book with the next revisions of some incidents. Whatever led to them: what is critical is never suppressed. */
export function changed(book: Book, ...incidents: readonly Incident[]): Outcome {
  const shown = incidents.map(scored).map((incident) => (incident.suppressed !== undefined && isCritical(incident) ? unmasked(incident) : incident));
  return { book: shown.reduce(withIncident, book), changed: shown };
}

function unmasked(incident: Incident): Incident {
  const at = incident.evidence.at(-1)?.at ?? incident.openedAt;
  const line = { at, by: GATEWAY, what: 'returned it to the queue', note: 'what is critical is never hidden' };
  return { ...unsuppressed(incident), log: withLine(incident.log, line) };
}

function withIncident(book: Book, incident: Incident): Book {
  const before = book.incidents.get(incident.id);
  const keys = keysOf(incident);
  const gone = before === undefined ? [] : keysOf(before).filter((key) => !keys.includes(key));
  const added = keys.reduce((byKey, key) => listedUnder(byKey, key, incident.id), book.byKey);
  return {
    ...book,
    incidents: book.incidents.set(incident.id, incident),
    byKey: gone.reduce(
      (byKey, key) =>
        byKey.set(
          key,
          (byKey.get(key) ?? []).filter((id) => id !== incident.id),
        ),
      added,
    ),
    ...(before === undefined && {
      last: latestNumber([incidentId(book.last), incident.id]),
      flood: incident.test === true ? book.flood : afterOpening(book.flood, incident.openedAt, book.policy.flood),
    }),
  };
}

function listedUnder(byKey: Book['byKey'], key: string, id: string): Book['byKey'] {
  const ids = byKey.get(key) ?? [];
  return ids.includes(id) ? byKey : byKey.set(key, [...ids, id].sort());
}

function keysOf({ key, alsoKeys = [] }: Incident): readonly string[] {
  return [key, ...alsoKeys];
}

/** The book without what was closed longer than `keptMs` ago. */
export function withoutOld(book: Book, at: EpochMs, keptMs: number): Book {
  const isKept = ({ closedAt }: Incident) => closedAt === undefined || closedAt > at - keptMs;
  if ([...book.incidents.unsorted()].every(isKept)) return book;
  const kept = incidentsOf(book).filter(isKept);
  return { ...book, incidents: byId(kept), byKey: keyed(kept) };
}

function byId(incidents: readonly Incident[]): PersistentMap<Incident> {
  return PersistentMap.from(incidents.map((incident) => [incident.id, incident]));
}

/** `incidents`: oldest first. */
function keyed(incidents: readonly Incident[]): PersistentMap<readonly string[]> {
  const byKey = new Map<string, string[]>();
  for (const incident of incidents) for (const key of keysOf(incident)) byKey.set(key, [...(byKey.get(key) ?? []), incident.id]);
  return PersistentMap.from(byKey);
}
