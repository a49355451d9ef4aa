import type { Evidence, Incident, IncidentLink } from '../domain/incident.ts';
import type { JoiningAction, Refusal } from './actions.ts';
import { isLead, stands, withEvidence } from './evidence.ts';
import { together } from './findings.ts';
import { GATEWAY, moved, transition } from './life-cycle.ts';
import { logged, permitted, unfinished } from './operators.ts';
import { asUrgentAs } from './priority.ts';

// Evidence that belongs together is merged into one incident; evidence that does not is split off into another.
// Every piece is in one incident at any time, and both incidents say where it went.

type Merge = Extract<JoiningAction, { action: 'merge' }>;
type Split = Extract<JoiningAction, { action: 'split' }>;

/** The key of what was split off; no finding has it, so that the incident is told from the one that it came from. */
const splitKey = (key: string, id: string) => `${key}~${id}`;

/** The key of the incident from which that with the key was split, over however many splits; else the key itself. */
export const keyOfOrigin = (key: string) => key.replace(/(~\d{4}-\d+)+$/, '');

/** `source` closed and empty, and `target` with its evidence; or why not. */
export function merged(source: Incident, target: Incident, action: Merge): readonly [Incident, Incident] | Refusal {
  const row = permitted(source, 'merge', action);
  if ('code' in row) return row;
  if (source.id === target.id) return { code: 'not-possible', message: 'An incident cannot be merged into itself' };
  if (source.test !== target.test) return { code: 'not-possible', message: 'A test is never mixed with what is real' };
  if (target.state === 'closed') return { code: 'not-possible', message: `${target.id} is closed: reopen it first, or merge the other way round` };
  // Merging ends an incident as closing does, so it is no way around what its procedure demands. What the other one's procedure asks as well is
  // answered there: two alarms of one cause must not have to be worked through twice before the queue is tidy.
  const open = unfinished(action.openSteps);
  if (open !== undefined) return { code: 'not-possible', message: `${open}. Do that first, or merge the other way round` };
  const { at, by } = action;
  const emptied: Incident = {
    ...moved(logged(source, { at, by, what: `merged into ${target.id}`, note: target.title }), row, by),
    evidence: [],
    condition: 'normal',
    closedAt: at,
    links: linked(source, 'merged-into', target, source.evidence),
  };
  return [emptied, takingIn(target, source, action)];
}

function takingIn(target: Incident, source: Incident, { at, by }: Merge): Incident {
  const revision = target.revision + 1;
  const arrived = source.evidence.map((piece): Evidence => ({
    ...piece,
    role: piece.role === 'lead' ? 'repeat' : piece.role,
    ...keyed(piece, source.key, target.key),
    revision,
  }));
  const evidence = withEvidence([], ...[...target.evidence.map((piece) => rekeyed(piece, target.key)), ...arrived].sort((a, b) => a.at - b.at));
  const joined = logged(target, { at, by, what: `merged ${source.id} into it`, note: source.title });
  const priority = asUrgentAs(joined, source.priority, `${source.id} was merged into it`);
  const next: Incident = {
    ...joined,
    ...priority,
    ...(priority.priority < target.priority && { raisedIn: revision }),
    evidence,
    condition: stands(evidence) ? 'active' : 'normal',
    cameras: together(target.cameras, source.cameras),
    ...alsoKeys([...(target.alsoKeys ?? []), source.key, ...(source.alsoKeys ?? [])].filter((key) => key !== target.key)),
    links: linked(target, 'merged-from', source),
  };
  const row =
    transition('raised-again', next.condition === 'active' ? next.state : 'closed') ??
    transition('news', priority.priority < target.priority ? next.state : 'closed');
  return row === undefined ? next : moved(next, row, GATEWAY);
}

/**
 * `origin` without the chosen evidence, and a new incident with it; or why not.
 * @param mergedIn finds the incident whose key is given among those that were merged into `origin`: what returns is as it was.
 */
export function split(
  origin: Incident,
  id: string,
  action: Split,
  mergedIn: (key: string) => Incident | undefined,
): readonly [Incident, Incident] | Refusal {
  const row = permitted(origin, 'split', action);
  if ('code' in row) return row;
  const chosen = origin.evidence.filter(({ event }) => action.events.includes(event));
  const rest = origin.evidence.filter(({ event }) => !action.events.includes(event));
  if (!chosen.some(isLead) || !rest.some(isLead)) {
    return { code: 'not-possible', message: 'Each of the two incidents needs something that raised it: choose other evidence' };
  }
  const returned = returningKey(origin, chosen, rest);
  const off = splitOff(origin, chosen, { id, action, returned, before: returned === undefined ? undefined : mergedIn(returned) });
  const { at, by, note } = action;
  const left: Incident = {
    ...logged(origin, { at, by, what: `split ${id} off`, note }),
    evidence: rest,
    condition: stands(rest) ? 'active' : 'normal',
    links: linked(origin, 'split-into', off),
    ...alsoKeys((origin.alsoKeys ?? []).filter((key) => key !== returned)),
  };
  return [left, off];
}

/** The key with which merged evidence goes back to being an incident of its own: when all of that key and nothing else is chosen. */
function returningKey(origin: Incident, chosen: readonly Evidence[], rest: readonly Evidence[]): string | undefined {
  const key = chosen[0]?.key;
  if (key === undefined || !origin.alsoKeys?.includes(key)) return undefined;
  return chosen.every((piece) => piece.key === key) && !rest.some((piece) => piece.key === key) ? key : undefined;
}

interface Off {
  readonly id: string;
  readonly action: Split;
  readonly returned: string | undefined;
  readonly before: Incident | undefined;
}

function splitOff(origin: Incident, chosen: readonly Evidence[], { id, action: { at, by, note }, returned, before }: Off): Incident {
  const key = returned ?? splitKey(origin.key, id);
  const first = chosen.find(isLead) as Evidence;
  const evidence = chosen.map((piece): Evidence => ({
    ...piece,
    ...(isLead(piece) && { role: piece === first ? 'lead' : 'repeat' }),
    revision: 1,
    ...keyed(piece, origin.key, key),
  }));
  const { kind, areas, cameras, door } = before ?? origin;
  const { priority, threat } = before ?? origin;
  return {
    id,
    key,
    kind,
    title: before?.title ?? origin.title,
    reason: first.text,
    priority,
    ...(threat !== undefined && { threat }),
    priorityBecause: [{ priority, because: `split from ${origin.id}, with the priority that it had` }],
    state: 'new',
    condition: stands(evidence) ? 'active' : 'normal',
    point: first.point,
    areas,
    ...(door !== undefined && { door }),
    cameras,
    ...(origin.test === true && { test: true }),
    evidence: evidence.map((piece) => rekeyed(piece, key)),
    log: [{ at, by, what: `split from ${origin.id}`, note }],
    ...alsoKeys(returned === undefined ? [...new Set(evidence.map((piece) => piece.key ?? key))] : []),
    links: linked({}, 'split-from', origin, chosen),
    occurredAt: Math.min(...evidence.map((piece) => piece.at)),
    openedAt: at,
    revision: 1,
  };
}

/** `went`: the evidence that went, as a replay has to know it. */
function linked(
  { links = [] }: Pick<Incident, 'links'>,
  type: IncidentLink['type'],
  { id }: Incident,
  went?: readonly Evidence[],
): readonly IncidentLink[] {
  return [...links, { type, incident: id, ...(went && { events: [...new Set(went.map(({ event }) => event))] }) }];
}

function alsoKeys(keys: readonly string[]): Pick<Incident, 'alsoKeys'> {
  return { alsoKeys: [...new Set(keys)] };
}

/** Under which key a piece was found, when it goes from an incident of the one key to one of the other. */
function keyed({ key }: Evidence, from: string, to: string): Pick<Evidence, 'key'> {
  const own = key ?? from;
  return own === to ? {} : { key: own };
}

/** The piece without a key that is its incident's own. */
function rekeyed(piece: Evidence, own: string): Evidence {
  if (piece.key !== own) return piece;
  const { key: _own, ...rest } = piece;
  return rest;
}
