import type { EpochMs } from '../domain/clock.ts';
import type { Finding, Incident } from '../domain/incident.ts';
import type { BookInput, JoiningAction, OperatorAction, Refusal } from './actions.ts';
import { knows } from './evidence.ts';
import { after, opened } from './findings.ts';
import type { IncidentNumber } from './incident-id.ts';
import { incidentId, latestNumber, nextNumber } from './incident-id.ts';
import { merged, split } from './joins.ts';
import { GATEWAY, moved, transition } from './life-cycle.ts';
import { acted, logged, recorded } from './operators.ts';
import { PersistentMap } from './persistent-map.ts';

/** How long a closed incident stays in the book, so that findings made again from the journal are known and consoles can show it. */
export const CLOSED_KEPT_MS = 12 * 60 * 60 * 1000;

/** Every open incident and those closed lately. A value: `apply` makes the next one. */
export interface Book {
  readonly incidents: PersistentMap<Incident>;
  /** The identifiers of the incidents that findings of each key may belong to, oldest first; at most one with that key of its own is open. */
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
    incidents: byId(sorted),
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
      return stepped(book, input.action);
    case 'record':
      return onIncident(book, input.record.incident, (incident) => recorded(incident, input.record));
    case 'tick':
      return ticked(book, input.at);
  }
}

function found(book: Book, finding: Finding): Outcome {
  const ofKey = withKey(book, finding.incidentKey);
  const open = ofKey.filter(isOpen);
  const target = open.find(({ key }) => key === finding.incidentKey) ?? open[0];
  if (target !== undefined && !ofKey.some((incident) => incident !== target && knows(incident, finding))) {
    // What was split off ends with the same restore as what it was split from.
    const concerned = finding.type === 'restore' ? open : [target];
    return changed(book, ...concerned.flatMap((incident) => after(incident, finding) ?? []));
  }
  if (target !== undefined || finding.type !== 'lead' || ofKey.some((incident) => knows(incident, finding))) return unchanged(book);
  const last = nextNumber(book.last, finding.at);
  return changed({ ...book, last }, opened(incidentId(last), finding));
}

function stepped(book: Book, action: OperatorAction | JoiningAction): Outcome {
  return onIncident(book, action.incident, (incident) => {
    if (action.action === 'merge') {
      const target = book.incidents.get(action.into);
      return target === undefined ? unknown(action.into) : merged(incident, target, action);
    }
    if (action.action === 'split') {
      const id = incidentId(nextNumber(book.last, action.at));
      const mergedIn = (key: string) => mergedFrom(book, incident).find((each) => each.key === key);
      return split(incident, id, action, mergedIn);
    }
    const obstacle = action.action === 'reopen' ? inTheWay(book, incident) : undefined;
    return obstacle === undefined ? acted(incident, action) : { code: 'not-possible', message: obstacle };
  });
}

/** Why a closed incident must stay closed; findings of its key would not know where to go. */
function inTheWay(book: Book, { id, key, links = [] }: Incident): string | undefined {
  const into = links.findLast(({ type }) => type === 'merged-into');
  if (into !== undefined) return `It was merged into ${into.incident}: split that one instead`;
  const open = withKey(book, key).find((incident) => incident.id !== id && isOpen(incident));
  return open && `It happened again and is open as ${open.id}: go on there`;
}

function mergedFrom(book: Book, { links = [] }: Incident): readonly Incident[] {
  return links.flatMap(({ type, incident }) => (type === 'merged-from' ? (book.incidents.get(incident) ?? []) : []));
}

function onIncident(book: Book, id: string, act: (incident: Incident) => Incident | readonly Incident[] | Refusal): Outcome {
  const incident = book.incidents.get(id);
  const result = incident === undefined ? unknown(id) : act(incident);
  if ('code' in result) return { book, changed: [], refused: result };
  return 'length' in result ? changed(book, ...result) : changed(book, result);
}

function unknown(id: string): Refusal {
  return { code: 'unknown-incident', message: `There is no incident ${id}; it was closed long ago or belongs to another site` };
}

/** What comes back from hold by itself; and what was closed long ago is forgotten. */
function ticked(book: Book, at: EpochMs): Outcome {
  const back = [...book.incidents.unsorted()].flatMap((incident) => (isDue(incident, at) ? held(incident, at) : []));
  const next = changed(book, ...back);
  return { ...next, book: withoutOld(next.book, at) };
}

function isDue({ state, holdUntil }: Incident, at: EpochMs): boolean {
  return state === 'on-hold' && (holdUntil ?? at) <= at;
}

function held(incident: Incident, at: EpochMs): Incident | [] {
  const row = transition('hold-over', incident.state);
  if (row === undefined) return [];
  return moved(logged(incident, { at, by: GATEWAY, what: row.done, note: 'its time on hold is over' }), row, GATEWAY);
}

/** The incidents that a finding of the key may belong to, oldest first. */
function withKey(book: Book, key: string): readonly Incident[] {
  return (book.byKey.get(key) ?? []).flatMap((id) => book.incidents.get(id) ?? []);
}

function isOpen({ state }: Incident): boolean {
  return state !== 'closed';
}

function changed(book: Book, ...incidents: readonly Incident[]): Outcome {
  return { book: incidents.reduce(withIncident, book), changed: incidents };
}

function withIncident(book: Book, incident: Incident): Book {
  const before = book.incidents.get(incident.id);
  const keys = keysOf(incident);
  const gone = before === undefined ? [] : keysOf(before).filter((key) => !keys.includes(key));
  const added = keys.reduce((byKey, key) => listedUnder(byKey, key, incident.id), book.byKey);
  const byKey = gone.reduce(
    (map, key) =>
      map.set(
        key,
        (map.get(key) ?? []).filter((id) => id !== incident.id),
      ),
    added,
  );
  return { incidents: book.incidents.set(incident.id, incident), byKey, last: latestNumber([incidentId(book.last), incident.id]) };
}

function listedUnder(byKey: Book['byKey'], key: string, id: string): Book['byKey'] {
  const ids = byKey.get(key) ?? [];
  return ids.includes(id) ? byKey : byKey.set(key, [...ids, id].sort());
}

function keysOf({ key, alsoKeys = [] }: Incident): readonly string[] {
  return [key, ...alsoKeys];
}

function unchanged(book: Book): Outcome {
  return { book, changed: [] };
}

function withoutOld(book: Book, at: EpochMs): Book {
  const isKept = ({ closedAt }: Incident) => closedAt === undefined || closedAt > at - CLOSED_KEPT_MS;
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
