import type { PointId } from '../domain/point.ts';
import { areasAround, doorTargets, mostSevere, threatDoorOutcomes } from '../domain/threat.ts';
import type { ThreatDoor, ThreatInForce, ThreatLevel, ThreatSite, ThreatState } from '../domain/threat.ts';

/** What setting a level would do, before somebody does it: the same fold that the gateway makes. */
export interface ThreatPlan {
  readonly lock: readonly PointId[];
  readonly unlock: readonly PointId[];
  /** Doors of another level that nothing asks for any more: they become what they were. */
  readonly restore: readonly PointId[];
  /** Doors of the place that the level would command, and that stay as they are: escape routes, exceptions, or another level wins. */
  readonly leave: readonly PointId[];
  /** The level that is in force there now, which this one replaces. */
  readonly instead: ThreatInForce | undefined;
}

export function planOf(site: ThreatSite, inForce: readonly ThreatInForce[], level: ThreatLevel, scope: PointId): ThreatPlan {
  const before = doorTargets(site, inForce);
  const others = inForce.filter((each) => each.scope !== scope);
  const after = doorTargets(site, [...others, { scope, level: level.id }]);
  const changed = site.doors.filter(({ id }) => after.get(id)?.command !== before.get(id)?.command).map(({ id }) => id);
  const parentOf = new Map(site.areas.flatMap(({ id, within }) => (within === undefined ? [] : [[id, within] as const])));
  const within = site.doors.filter(({ area }) => scope === site.id || areasAround(area, parentOf).includes(scope));
  return {
    lock: changed.filter((id) => after.get(id)?.command === 'lock'),
    unlock: changed.filter((id) => after.get(id)?.command === 'unlock'),
    restore: changed.filter((id) => !after.has(id)),
    leave: level.doors === undefined ? [] : within.map(({ id }) => id).filter((id) => after.get(id)?.command !== level.doors),
    instead: inForce.find((each) => each.scope === scope),
  };
}

/** What the header says of the threat levels; undefined while all is normal. */
export interface ThreatSummary {
  /** The most severe; absent while the last one is only being restored. */
  readonly level?: ThreatLevel;
  readonly scope?: PointId;
  /** Further scopes with a level. */
  readonly more: number;
  /** Doors that failed, cannot be reached or are otherwise. */
  readonly notDone: number;
}

export function summaryOf(levels: readonly ThreatLevel[], { inForce, doors }: ThreatState): ThreatSummary | undefined {
  const notDone = doors.filter(({ outcome }) => isNotDone(outcome)).length;
  const held = inForce.flatMap(({ scope, level }) => {
    const declared = levels.find(({ id }) => id === level);
    return declared === undefined ? [] : [{ scope, declared, severity: declared.severity }];
  });
  const worst = mostSevere(held);
  if (worst !== undefined) return { level: worst.declared, scope: worst.scope, more: held.length - 1, notDone };
  return notDone === 0 ? undefined : { more: 0, notDone };
}

export function isNotDone(outcome: ThreatDoor['outcome']): boolean {
  return outcome === 'failed' || outcome === 'unreachable' || outcome === 'differs';
}

/** Failures on top. */
export function byOutcome(doors: readonly ThreatDoor[]): readonly ThreatDoor[] {
  const rank = ({ outcome }: ThreatDoor) => threatDoorOutcomes.indexOf(outcome);
  return doors.toSorted((a, b) => rank(a) - rank(b));
}
