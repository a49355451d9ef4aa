import type { EpochMs } from './clock.ts';
import type { DoorCommand } from './door.ts';
import type { PointId } from './point.ts';
import type { Role } from './roles.ts';

/** The threat level of a place to which nobody has given another. */
export const NORMAL_THREAT = 'normal';

/** What a threat level can do to its doors; both last until the level is lifted. */
export const threatDoorCommands = ['lock', 'unlock'] as const satisfies readonly DoorCommand[];
export type ThreatDoorCommand = (typeof threatDoorCommands)[number];

/** What becomes of the doors of a level that is lifted: as they were before, or locked whatever they were. */
export const afterwardsOfDoors = ['as-before', 'locked'] as const;
export type AfterwardsOfDoors = (typeof afterwardsOfDoors)[number];

/** A threat level that the site declares: lock-down, evacuation, ... */
export interface ThreatLevel {
  readonly id: string;
  readonly title: string;
  /** Tells it without its colour. */
  readonly sign: string;
  /** Where several hold, the one with the highest is the level of the place. */
  readonly severity: number;
  /** Leaves the doors alone unless given. */
  readonly doors?: ThreatDoorCommand;
  /** Doors, and areas with what lies within, that it leaves alone. */
  readonly except: readonly PointId[];
  readonly afterwards: AfterwardsOfDoors;
  /** How many steps more urgent the incidents become that are found meanwhile. */
  readonly raisesPriorityBy: number;
  /** Who may set and lift it: any account of these roles, and these accounts. */
  readonly setBy: { readonly roles: readonly Role[]; readonly accounts: readonly string[] };
}

/** A level that is in force for the whole site (`scope` is the site's identifier) or for an area and what lies within. One for each scope. */
export interface ThreatInForce {
  readonly scope: PointId;
  readonly level: string;
  readonly by: string;
  readonly at: EpochMs;
  readonly note: string;
}

/**
 * How far a door has come: `waiting` to be commanded; `commanded`, as its device has confirmed; `done`, as its own state shows; `differs`, it was done and
 * the door is otherwise now; `failed`, its device refused or did not answer; `unreachable`, its device is not online: it is commanded as soon as it is.
 */
export const threatDoorOutcomes = ['failed', 'unreachable', 'differs', 'waiting', 'commanded', 'done'] as const;
export type ThreatDoorOutcome = (typeof threatDoorOutcomes)[number];

/** A door under a threat level, or on its way back. */
export interface ThreatDoor {
  readonly door: PointId;
  readonly command: ThreatDoorCommand;
  /** The level that asks for it; absent while the door is restored. */
  readonly level?: string;
  readonly outcome: ThreatDoorOutcome;
  /** Why it failed or cannot be reached. */
  readonly reason?: string;
  readonly at: EpochMs;
}

/** A level that is in force, as incidents are weighed by it; `area` is absent where it holds everywhere. */
export interface LevelInForce {
  readonly area?: PointId;
  readonly level: ThreatLevel;
}

/** The declared levels that are in force, with where they hold. */
export function levelsInForce(
  { id, threatLevels = [] }: Pick<ThreatSite, 'id' | 'threatLevels'>,
  inForce: readonly Pick<ThreatInForce, 'scope' | 'level'>[],
) {
  return inForce.flatMap(({ scope, level: name }): LevelInForce[] => {
    const level = threatLevels.find((each) => each.id === name);
    return level === undefined ? [] : [{ level, ...(scope !== id && { area: scope }) }];
  });
}

export interface ThreatState {
  readonly inForce: readonly ThreatInForce[];
  /** Those under a level, and those that the latest lifting restores. */
  readonly doors: readonly ThreatDoor[];
}

/** What of a site decides what its levels do; a console knows as much. */
export interface ThreatSite {
  readonly id: PointId;
  readonly areas: readonly { readonly id: PointId; readonly within?: PointId }[];
  readonly doors: readonly {
    readonly id: PointId;
    readonly area?: PointId;
    readonly commands: readonly DoorCommand[];
    readonly escapeRoute?: boolean;
  }[];
  readonly threatLevels?: readonly ThreatLevel[];
}

/** The most severe of some levels. */
export function mostSevere<Level extends Pick<ThreatLevel, 'severity'>>(levels: readonly Level[]): Level | undefined {
  return levels.reduce<Level | undefined>((most, each) => (most === undefined || each.severity > most.severity ? each : most), undefined);
}

/** An area, then those around it, innermost first. A circle ends. */
export function areasAround(area: PointId | undefined, parentOf: ReadonlyMap<PointId, PointId>): readonly PointId[] {
  const chain: PointId[] = [];
  for (let next = area; next !== undefined && !chain.includes(next); next = parentOf.get(next)) chain.push(next);
  return chain;
}

/** What a door is to be, and the level that asks for it. */
export interface DoorTarget {
  readonly command: ThreatDoorCommand;
  readonly level: ThreatLevel;
}

/**
 * What every door is to be while these levels are in force: the fold of them, whatever the order in which they were set. Doors that no level asks
 * for are not in it. **A level that unlocks wins over every level that locks, and an escape route is never locked**: nobody is locked in.
 */
export function doorTargets(site: ThreatSite, inForce: readonly Pick<ThreatInForce, 'scope' | 'level'>[]): ReadonlyMap<PointId, DoorTarget> {
  const levels = new Map(site.threatLevels?.map((level) => [level.id, level]));
  const parentOf = new Map(site.areas.flatMap(({ id, within }) => (within === undefined ? [] : [[id, within] as const])));
  const targets = new Map<PointId, DoorTarget>();
  if (inForce.length === 0) return targets;
  for (const door of site.doors) {
    const places = [...areasAround(door.area, parentOf), site.id];
    const asking = inForce.flatMap(({ scope, level }) => {
      const declared = places.includes(scope) ? levels.get(level) : undefined;
      return declared !== undefined && asksFor(declared, door, places) ? [declared] : [];
    });
    const level = mostSevere(asking.filter(({ doors }) => doors === 'unlock')) ?? mostSevere(asking);
    if (level?.doors !== undefined) targets.set(door.id, { command: level.doors, level });
  }
  return targets;
}

function asksFor({ doors, except }: ThreatLevel, door: ThreatSite['doors'][number], places: readonly PointId[]): boolean {
  if (doors === undefined || !door.commands.includes(doors)) return false;
  if (doors === 'lock' && door.escapeRoute === true) return false;
  return !except.some((id) => id === door.id || places.includes(id));
}

/** Whether somebody may set and lift the level. */
export function maySet({ setBy }: Pick<ThreatLevel, 'setBy'>, { name, role }: { readonly name: string; readonly role: Role }): boolean {
  return setBy.roles.includes(role) || setBy.accounts.includes(name);
}
