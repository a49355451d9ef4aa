import { avsLevels } from '../domain/avs.ts';
import type { EpochMs } from '../domain/clock.ts';
import type { Incident, LogEntry } from '../domain/incident.ts';
import type { Measure } from '../domain/measure.ts';
import type { BookInput } from '../incidents/actions.ts';
import { GATEWAY } from '../incidents/life-cycle.ts';
import type { VirtualGateway } from './virtual-gateway.ts';

/** Something that a person did then. A replay does it again at the same time: what rules would have made of it is to be compared, not what people did. */
export interface Deed {
  readonly at: EpochMs;
  again(gateway: VirtualGateway): void;
}

/** What people did to incidents and decided about alarms from `since` on, in its order. */
export function deedsSince(since: EpochMs, incidents: readonly Incident[], measures: readonly Measure[]): readonly Deed[] {
  const byId = new Map(incidents.map((incident) => [incident.id, incident]));
  const all = [...incidents.flatMap((incident) => [...raises(incident), ...ending(incident, byId)]), ...measures.flatMap(decided)];
  return all.filter(({ at }) => at >= since).sort((a, b) => a.at - b.at);
}

/** Measures that were in force at a moment. */
export function inForceAt(at: EpochMs, measures: readonly Measure[]): readonly Measure[] {
  return measures.filter(({ from, endedAt }) => from < at && (endedAt === undefined || endedAt >= at));
}

/** Those that were open at a moment, as far as findings after it are concerned. */
export function openAt(at: EpochMs, incidents: readonly Incident[]): readonly Incident[] {
  return incidents
    .filter(({ openedAt, closedAt }) => openedAt < at && (closedAt === undefined || closedAt >= at))
    .map(({ closedAt: _closedAt, suppressed: _suppressed, ...incident }) => ({
      ...incident,
      state: 'new',
      evidence: incident.evidence.filter((each) => each.at < at),
    }));
}

/** A confirmed alarm level and a duress code make an incident more urgent, whatever rules found. */
function raises(then: Incident): readonly Deed[] {
  const duress = then.priorityBecause.find(({ because }) => because.startsWith('The duress code was given'))?.because;
  return then.log.flatMap(({ at, by, what }: LogEntry): Deed[] => {
    const level = avsLevels.find((each) => what === `set AVS level ${each}`);
    if (level !== undefined)
      return [step(then, at, ({ id, revision }) => ({ type: 'action', action: { action: 'avs', level, incident: id, revision, by, at } }))];
    if (duress === undefined || what !== 'was given the duress code') return [];
    return [step(then, at, ({ id }) => ({ type: 'remark', remark: { incident: id, by, at, what, mostUrgentBecause: duress } }))];
  });
}

/** An incident was closed, or merged into another. */
function ending(then: Incident, byId: ReadonlyMap<string, Incident>): readonly Deed[] {
  const { closedAt: at, owner: by = 'replay', disposition = 'actual' } = then;
  if (at === undefined) return [];
  const acknowledged = step(then, at, ({ id, revision }) => ({ type: 'action', action: { action: 'acknowledge', incident: id, revision, by, at } }));
  const target = byId.get(then.links?.findLast(({ type }) => type === 'merged-into')?.incident ?? '');
  const ended = step(then, at, ({ id, revision }, gateway) => {
    const into = target && openLike(gateway, target)?.id;
    const how = into === undefined ? ({ action: 'close', disposition, note: 'as it was then' } as const) : ({ action: 'merge', into } as const);
    return { type: 'action', action: { ...how, incident: id, revision, by, at } };
  });
  return [acknowledged, ended];
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

function step(then: Incident, at: EpochMs, input: (now: Incident, gateway: VirtualGateway) => BookInput): Deed {
  return {
    at,
    again: (gateway) => {
      const now = openLike(gateway, then);
      if (now !== undefined) gateway.apply(input(now, gateway));
    },
  };
}

/** The open incident of the same key. */
function openLike(gateway: VirtualGateway, { key }: Incident): Incident | undefined {
  return gateway.incidents.find((each) => each.key === key && each.state !== 'closed');
}
