import type { EpochMs } from '../domain/clock.ts';
import type { EscalationPolicy } from '../domain/escalation.ts';
import type { Incident } from '../domain/incident.ts';

/** How far the escalation of an incident has gone. A value: it is stored as it is. */
export interface Escalation {
  readonly incident: string;
  /** Since when it waits for an acknowledgement; absent while it does not. */
  readonly waitingSince?: EpochMs;
  readonly reminded: boolean;
  /** How many of the chain have been told while it waited. */
  readonly told: number;
  /** When the last of them was. */
  readonly toldAt?: EpochMs;
  readonly resolveLate: boolean;
}

/** What is to be done now, each once. */
export type Due =
  | { readonly type: 'remind'; readonly seconds: number }
  /** `contact`: position in the chain. */
  | { readonly type: 'notify'; readonly contact: number }
  | { readonly type: 'resolve-late'; readonly minutes: number }
  /** Somebody has acknowledged: what has not been delivered is withdrawn. */
  | { readonly type: 'stop' };

export interface Stepped {
  readonly escalation: Escalation;
  readonly due: readonly Due[];
}

/** Whether somebody must still take notice. A test and what is kept out of the queue wait for nobody. */
export function isWaiting({ state, test, suppressed }: Incident): boolean {
  return state === 'new' && test !== true && suppressed === undefined;
}

/**
 * What falls due at `at`, and how far the escalation has then gone. The reminder and the first of the chain come when the priority's time to
 * acknowledge is over, each next one after the wait of the one before. Nothing is due for an incident that waits for nobody.
 * The same object comes back where nothing is new.
 */
export function step(policy: EscalationPolicy, before: Escalation | undefined, incident: Incident, at: EpochMs): Stepped {
  const known = before ?? { incident: incident.id, reminded: false, told: 0, resolveLate: false };
  if (isWaiting(incident)) return waiting(policy, known, incident, at);
  const { waitingSince, toldAt: _last, ...rest } = known;
  const stopped: Escalation = waitingSince === undefined ? known : { ...rest, reminded: false, told: 0 };
  return resolving(policy, stopped, incident, at, waitingSince === undefined ? [] : [{ type: 'stop' }]);
}

/** Until when somebody should act on an incident whose escalation has gone so far; null where nothing is to be done, or there is no target. */
export interface DueBy {
  readonly acknowledgeBy: EpochMs | null;
  readonly resolveBy: EpochMs | null;
}

export function dueBy({ targets }: EscalationPolicy, escalation: Escalation | undefined, incident: Incident): DueBy {
  const target = targets.find(({ priority }) => priority === incident.priority);
  const since = escalation?.waitingSince ?? incident.openedAt;
  return {
    acknowledgeBy: target === undefined || !isWaiting(incident) ? null : since + target.acknowledgeWithinMs,
    resolveBy: target?.resolveWithinMs === undefined || needsNoResolving(incident) ? null : incident.openedAt + target.resolveWithinMs,
  };
}

function needsNoResolving({ state, test, suppressed }: Incident): boolean {
  return state === 'resolved' || state === 'closed' || test === true || suppressed !== undefined;
}

function waiting({ targets, chain }: EscalationPolicy, known: Escalation, { priority, openedAt, renewed }: Incident, at: EpochMs): Stepped {
  const escalation = known.waitingSince === undefined ? { ...known, waitingSince: renewed === undefined ? openedAt : at } : known;
  const target = targets.find((each) => each.priority === priority);
  const since = escalation.waitingSince ?? at;
  if (target === undefined || at < since + target.acknowledgeWithinMs) return { escalation, due: [] };
  const due: Due[] = escalation.reminded ? [] : [{ type: 'remind', seconds: Math.round(target.acknowledgeWithinMs / 1000) }];
  const waitMs = chain[escalation.told - 1]?.waitMs ?? 0;
  const isNext = escalation.told < chain.length && at >= (escalation.toldAt ?? since) + waitMs;
  if (due.length === 0 && !isNext) return { escalation, due };
  const told = isNext ? { told: escalation.told + 1, toldAt: at } : {};
  return {
    escalation: { ...escalation, reminded: true, ...told },
    due: [...due, ...(isNext ? [{ type: 'notify', contact: escalation.told } as const] : [])],
  };
}

/** The time to resolve counts from the opening. Nobody is told, because somebody has it in hand: it is logged. */
function resolving({ targets }: EscalationPolicy, escalation: Escalation, incident: Incident, at: EpochMs, due: readonly Due[]): Stepped {
  const within = targets.find(({ priority }) => priority === incident.priority)?.resolveWithinMs;
  if (needsNoResolving(incident) || within === undefined || escalation.resolveLate || at < incident.openedAt + within) return { escalation, due };
  return { escalation: { ...escalation, resolveLate: true }, due: [...due, { type: 'resolve-late', minutes: Math.round(within / 60_000) }] };
}
