import type { EpochMs } from '../domain/clock.ts';
import type { Finding, Incident, LeadFinding } from '../domain/incident.ts';
import type { BookInput, JoiningAction, OperatorAction, Refusal } from './actions.ts';
import type { Book, Outcome } from './book-value.ts';
import { changed, isOpen, refused, unchanged, withKey, withoutOld } from './book-value.ts';
import { shelvingOfChatter } from './chatter.ts';
import { knows } from './evidence.ts';
import { after, opened } from './findings.ts';
import { floodAt } from './flood.ts';
import { incidentId, nextNumber } from './incident-id.ts';
import { merged, split } from './joins.ts';
import { GATEWAY, moved, transition } from './life-cycle.ts';
import { withLine } from './log.ts';
import { begun, ended, expired } from './measures.ts';
import { acted, logged, recorded, remarked } from './operators.ts';
import { stepsMoreUrgent, weightsOf } from './priority.ts';
import type { Weights } from './priority.ts';
import { suppressionOf, testOf } from './suppression.ts';
import { levelAt, underThreats } from './threats.ts';

export { bookFrom, incidentsOf } from './book-value.ts';
export type { Book, BookSettings, Outcome } from './book-value.ts';

/** How long a closed incident stays in the book, so that findings made again from the journal are known and consoles can show it. */
export const CLOSED_KEPT_MS = 12 * 60 * 60 * 1000;

/** What is found during a test belongs to an incident of its own, also when the same is open for real. */
const testKey = (key: string) => `test:${key}`;

/** The book after a finding, a person's action, a door command's record or the passing of time. Pure: the same book and input give the same outcome. */
export function apply(book: Book, input: BookInput): Outcome {
  switch (input.type) {
    case 'finding':
      return found(book, input.finding);
    case 'action':
      return stepped(book, input.action);
    case 'record':
      return onIncident(book, input.record.incident, (incident) => recorded(incident, input.record));
    case 'remark':
      return onIncident(book, input.remark.incident, (incident) => remarked(incident, input.remark));
    case 'measure':
      return begun(book, input.measure);
    case 'end-measure':
      return ended(book, input.measure, input.by, input.at);
    case 'threats':
      return threatened(book, input.inForce, input.at);
    case 'tick':
      return ticked(book, input.at);
  }
}

function found(book: Book, finding: Finding): Outcome {
  const real = withKey(book, finding.incidentKey);
  const tests = withKey(book, testKey(finding.incidentKey));
  const known = [...real, ...tests];
  if (finding.type === 'lead') {
    const test = testOf(book, finding.event);
    if (test === undefined) return led(book, finding, real, known);
    return led(book, { ...finding, incidentKey: testKey(finding.incidentKey) }, tests, known, `${test.reason}: on test`);
  }
  const open = known.filter(isOpen);
  const target = openOf(real, finding.incidentKey) ?? tests.find(isOpen);
  if (target === undefined || known.some((incident) => incident !== target && knows(incident, finding))) return unchanged(book);
  // What was split off, or is only a test, ends with the same restore as what it was split from.
  const concerned = finding.type === 'restore' ? open : [target];
  return changed(book, ...concerned.flatMap((incident) => after(incident, finding) ?? []));
}

/** @param ofKey the incidents that the lead may belong to. @param known those that may have taken it already. */
function led(book: Book, finding: LeadFinding, ofKey: readonly Incident[], known: readonly Incident[], test?: string): Outcome {
  const weights = weightsOf(finding, book.areas, levelAt(finding.event.place.areas, book.threats));
  const target = openOf(ofKey, finding.incidentKey);
  if (known.some((incident) => incident !== target && knows(incident, finding))) return unchanged(book);
  const lead = { ...finding, priority: weights.area === undefined ? finding.priority : stepsMoreUrgent(finding.priority, weights.area.steps) };
  const next = target === undefined ? begin(book, finding, weights, test) : after(target, lead);
  if (next === undefined) return unchanged(book);
  const outcome = changed(book, next);
  const shelving = shelvingOfChatter(next, finding, [...ofKey.filter((each) => each !== target), next], book.policy);
  if (shelving === undefined) return outcome;
  const shelved = begun(outcome.book, shelving);
  // One revision for both: the raise and the shelving that it led to.
  const once = shelved.changed.map((each) => (each.id === next.id ? { ...each, revision: next.revision } : each));
  return { ...shelved, ...changed(shelved.book, ...once) };
}

function begin(book: Book, lead: LeadFinding, weights: Weights, test: string | undefined): Incident {
  const incident = opened(incidentId(nextNumber(book.last, lead.at)), lead, weights, test);
  const suppressed = suppressionOf(book, incident);
  if (suppressed === undefined) return incident;
  const line = { at: lead.at, by: GATEWAY, what: 'kept it out of the queue', note: suppressed.because };
  return { ...incident, suppressed, log: withLine(incident.log, line) };
}

/** The open incident with that key of its own, else one that it belongs to as well. */
function openOf(incidents: readonly Incident[], key: string): Incident | undefined {
  const open = incidents.filter(isOpen);
  return open.find((each) => each.key === key) ?? open[0];
}

/** Levels were set or lifted: what is open there becomes more or less urgent. */
function threatened(book: Book, threats: Book['threats'], at: EpochMs): Outcome {
  const open = [...book.incidents.unsorted()].filter(isOpen);
  const revised = open.flatMap((incident) => {
    const next = underThreats(incident, threats, at);
    return next === incident ? [] : [next];
  });
  return changed({ ...book, threats }, ...revised);
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
      const parts = split(incident, id, action, mergedIn);
      return 'code' in parts ? parts : parts.map((each) => underThreats(each, book.threats, action.at));
    }
    const obstacle = action.action === 'reopen' ? inTheWay(book, incident) : undefined;
    if (obstacle !== undefined) return { code: 'not-possible', message: obstacle };
    const next = acted(incident, action);
    // While it was closed, levels may have come and gone.
    return 'code' in next || action.action !== 'reopen' ? next : underThreats(next, book.threats, action.at);
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
  if ('code' in result) return refused(book, result);
  return 'length' in result ? changed(book, ...result) : changed(book, result);
}

function unknown(id: string): Refusal {
  return { code: 'unknown-incident', message: `There is no incident ${id}; it was closed long ago or belongs to another site` };
}

/** What comes back by itself, from hold or from a shelf; the end of a flood; and what was closed long ago is forgotten. */
function ticked(book: Book, at: EpochMs): Outcome {
  const back = [...book.incidents.unsorted()].flatMap((incident) => (isDue(incident, at) ? held(incident, at) : []));
  const { book: next, changed: fromHold } = changed(book, ...back);
  const over = expired(next, at);
  const flood = floodAt(over.book.flood, at, book.policy.flood);
  const current = withoutOld(over.book, at, CLOSED_KEPT_MS);
  return { ...over, changed: [...fromHold, ...over.changed], book: flood === current.flood ? current : { ...current, flood } };
}

function isDue({ state, holdUntil }: Incident, at: EpochMs): boolean {
  return state === 'on-hold' && (holdUntil ?? at) <= at;
}

function held(incident: Incident, at: EpochMs): Incident | [] {
  const row = transition('hold-over', incident.state);
  if (row === undefined) return [];
  return moved(logged(incident, { at, by: GATEWAY, what: row.done, note: 'its time on hold is over' }), row, GATEWAY);
}
