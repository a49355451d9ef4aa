import type { EpochMs } from '../domain/clock.ts';
import type { Evidence, Incident } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import { CLOSED_KEPT_MS } from '../incidents/book.ts';
import { GATEWAY, REOPENED } from '../incidents/life-cycle.ts';

// What a gateway knew at a moment, made of what is known by now.

/** Measures that were in force at a moment. */
export function inForceAt(at: EpochMs, measures: readonly Measure[]): readonly Measure[] {
  return measures.filter(({ from, endedAt }) => from < at && (endedAt === undefined || endedAt >= at));
}

/** The incidents in the book at a moment, as far as findings and deeds after it are concerned. */
export function bookAt(at: EpochMs, incidents: readonly Incident[]): readonly Incident[] {
  const concerned = incidents.filter(({ closedAt = Infinity }) => closedAt >= at - CLOSED_KEPT_MS);
  const held = heldAt(at, concerned);
  return concerned
    .filter(({ openedAt }) => openedAt < at)
    .map(({ closedAt: _closedAt, suppressed: _suppressed, ...then }): Incident => {
      const closedAt = closedBefore(at, then);
      const { evidence = [], ...joined } = held.get(then.id) ?? {};
      return {
        ...then,
        ...(closedAt === undefined ? { state: 'new' } : { state: 'closed', closedAt }),
        evidence: evidence.map(({ key, ...piece }) => ({ ...piece, ...(key !== undefined && key !== then.key && { key }) })),
        ...joined,
      };
    });
}

/** When the incident was closed, where it was so at the moment. */
function closedBefore(at: EpochMs, { log }: Pick<Incident, 'log'>): EpochMs | undefined {
  const last = log.findLast(
    ({ by, what, at: when }) =>
      when < at && by !== GATEWAY && (what === REOPENED || what.startsWith('closed as ') || what.startsWith('merged into ')),
  );
  return last === undefined || last.what === REOPENED ? undefined : last.at;
}

/** What merging and splitting changes. */
type Held = Required<Pick<Incident, 'evidence' | 'alsoKeys' | 'links'>>;

/** What each incident had at the moment, every piece with its key: what was merged and split since is taken back, the latest first. */
function heldAt(at: EpochMs, incidents: readonly Incident[]): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>();
  for (const { id, key, evidence, alsoKeys = [], links = [] } of incidents) {
    held.set(id, { evidence: evidence.filter((each) => each.at < at).map((piece) => ({ key, ...piece })), alsoKeys, links });
  }
  const joins = incidents.flatMap(joinsOf).filter(({ when }) => when >= at);
  for (const { from, to, events, lost, won } of joins.sort((a, b) => b.when - a.when)) {
    const [origin, goal] = [held.get(from), held.get(to)];
    if (origin === undefined || goal === undefined) continue;
    const went = ({ event }: Evidence) => events.includes(event);
    held.set(from, {
      evidence: [...origin.evidence, ...goal.evidence.filter(went)],
      alsoKeys: [...origin.alsoKeys, ...lost],
      links: origin.links.filter(({ incident }) => incident !== to),
    });
    held.set(to, {
      evidence: goal.evidence.filter((piece) => !went(piece)),
      alsoKeys: goal.alsoKeys.filter((key) => !won.includes(key)),
      links: goal.links.filter(({ incident }) => incident !== from),
    });
  }
  return held;
}

/** A merge or a split: whose evidence went to whom, and which keys they lost or won by it. */
interface Join {
  readonly when: EpochMs;
  readonly from: string;
  readonly to: string;
  readonly events: readonly string[];
  readonly lost: readonly string[];
  readonly won: readonly string[];
}

function joinsOf({ id, key, alsoKeys = [], openedAt, closedAt = 0, links = [] }: Incident): readonly Join[] {
  return links.flatMap(({ type, incident, events = [] }): Join[] => {
    if (type === 'merged-into') return [{ when: closedAt, from: id, to: incident, events, lost: [], won: [key, ...alsoKeys] }];
    return type === 'split-from' ? [{ when: openedAt, from: incident, to: id, events, lost: [key], won: [] }] : [];
  });
}
