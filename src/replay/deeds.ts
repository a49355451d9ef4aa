import { avsLevels } from '../domain/avs.ts';
import type { EpochMs } from '../domain/clock.ts';
import { dispositions } from '../domain/incident.ts';
import type { Incident, LogEntry } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { BookInput, JoiningStep, OperatorStep } from '../incidents/actions.ts';
import { GATEWAY, REOPENED } from '../incidents/life-cycle.ts';
import type { Counterparts } from './counterparts.ts';
import type { VirtualGateway } from './virtual-gateway.ts';

/** Something that a person did then. A replay does it again at the same time: what rules would have made of it is to be compared, not what people did. */
export interface Deed {
  readonly at: EpochMs;
  again(gateway: VirtualGateway, counterparts: Counterparts): void;
}

/** What people did to incidents and decided about alarms from `since` on, in its order. */
export function deedsSince(since: EpochMs, incidents: readonly Incident[], measures: readonly Measure[]): readonly Deed[] {
  const byId = new Map(incidents.map((incident) => [incident.id, incident]));
  const all = [...incidents.flatMap((incident) => [...splitOff(incident, byId), ...logged(incident, byId)]), ...measures.flatMap(decided)];
  return all.filter(({ at }) => at >= since).sort((a, b) => a.at - b.at);
}

/** What the log of an incident tells: it was closed, reopened or merged; a confirmed alarm level or a duress code made it more urgent. */
function logged(then: Incident, byId: ReadonlyMap<string, Incident>): readonly Deed[] {
  const target = byId.get(then.links?.findLast(({ type }) => type === 'merged-into')?.incident ?? '');
  const duress = then.priorityBecause.find(({ because }) => because.startsWith('The duress code was given'))?.because;
  return then.log.flatMap((line): Deed[] => {
    const { what, by } = line;
    if (by === GATEWAY) return [];
    const level = avsLevels.find((each) => what === `set AVS level ${each}`);
    if (level !== undefined) return [step(then, line, () => ({ action: 'avs', level }))];
    if (what === 'was given the duress code' && duress !== undefined) return [remark(then, line, duress)];
    if (what === REOPENED) return [step(then, line, () => ({ action: 'reopen', note: asThen }))];
    // Whoever closes has acknowledged before, whenever that was.
    const acknowledged = step(then, line, () => ({ action: 'acknowledge' }));
    const disposition = dispositions.find((each) => what === `closed as ${each}`);
    if (disposition !== undefined) return [acknowledged, step(then, line, () => ({ action: 'close', disposition, note: asThen }))];
    if (!what.startsWith('merged into ')) return [];
    const merged = step(then, line, (gateway, counterparts) => {
      const into = target && counterparts.of(target, gateway)?.id;
      return into === undefined ? { action: 'close', disposition: 'actual', note: asThen } : { action: 'merge', into };
    });
    return [acknowledged, merged];
  });
}

const asThen = 'as it was then';
/** Nobody is asked to look again. */
const SEEN_ALL = Number.MAX_SAFE_INTEGER;

/** How the incident came about, where somebody split it off another. */
function splitOff(then: Incident, byId: ReadonlyMap<string, Incident>): readonly Deed[] {
  const { incident: from = '', events = [] } = then.links?.find(({ type }) => type === 'split-from') ?? {};
  const origin = byId.get(from);
  const by = then.log[0]?.by;
  if (origin === undefined || by === undefined) return [];
  const again: Deed['again'] = (gateway, counterparts) => {
    const now = counterparts.of(origin, gateway);
    if (now === undefined) return;
    const { id } = now;
    const action = { action: 'split', events, note: asThen, incident: id, revision: SEEN_ALL, by, at: then.openedAt } as const;
    const off = gateway.apply({ type: 'action', action }).changed.find((each) => each.id !== id);
    if (off !== undefined) counterparts.meet(then, off);
  };
  return [{ at: then.openedAt, again }];
}

/** What the gateway shelves by itself, because it chatters, the replay shelves by itself; one incident's shelving changes nothing that is compared. */
function decided({ id: then, type, target, reason, by, from, until, endedAt, endedBy = by }: Measure): readonly Deed[] {
  if (by === GATEWAY || target.of === 'incident') return [];
  let id: string | undefined = then;
  const begin: Deed = {
    at: from,
    again: (gateway) => {
      id = gateway.apply({ type: 'measure', measure: { type, target, reason, by, at: from, until } }).measures?.[0]?.id;
    },
  };
  if (endedAt === undefined) return [begin];
  const end: Deed = {
    at: endedAt,
    again: (gateway) => {
      if (id !== undefined) gateway.apply({ type: 'end-measure', measure: id, by: endedBy, at: endedAt });
    },
  };
  return [begin, end];
}

type Taken = (gateway: VirtualGateway, counterparts: Counterparts) => OperatorStep | JoiningStep;

function step(then: Incident, { at, by }: LogEntry, taken: Taken): Deed {
  return onCounterpart(then, at, ({ id }, ...where) => ({
    type: 'action',
    action: { ...taken(...where), incident: id, revision: SEEN_ALL, by, at },
  }));
}

function remark(then: Incident, { at, by, what }: LogEntry, mostUrgentBecause: string): Deed {
  return onCounterpart(then, at, ({ id }) => ({ type: 'remark', remark: { incident: id, by, at, what, mostUrgentBecause } }));
}

function onCounterpart(then: Incident, at: EpochMs, input: (now: Incident, ...where: Parameters<Taken>) => BookInput): Deed {
  return {
    at,
    again: (gateway, counterparts) => {
      const now = counterparts.of(then, gateway);
      if (now !== undefined) gateway.apply(input(now, gateway, counterparts));
    },
  };
}
