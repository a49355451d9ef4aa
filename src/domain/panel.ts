import type { EpochMs } from './clock.ts';
import type { SecurityEvent } from './event.ts';
import type { EventKind } from './kinds.ts';
import { kinds } from './kinds.ts';
import type { PointId } from './point.ts';

/** A state of a point that has been raised and not yet restored. */
export interface Standing {
  readonly kind: EventKind;
  readonly since: EpochMs;
}

/** Part of a panel that is armed by itself. */
export interface PartitionState {
  /** As the panel numbers it; empty where its messages name none. */
  readonly partition: string;
  readonly armed: boolean;
  /** Who did it, as the panel numbers its users. */
  readonly user?: string;
  readonly since: EpochMs;
}

/** In the order in which one hides another. */
export const zoneConditions = ['alarm', 'trouble', 'bypassed', 'open', 'normal'] as const;
export type ZoneCondition = (typeof zoneConditions)[number];

export interface ZoneState {
  readonly zone: PointId;
  readonly condition: ZoneCondition;
  /** Since when; absent while nothing was ever reported of the zone. */
  readonly since?: EpochMs;
  /** Everything that stands at the zone, oldest first. */
  readonly standing: readonly Standing[];
}

/** What is known about a panel, as it last told it. */
export interface PanelState {
  readonly panel: PointId;
  /** In the order of their numbers. Only partitions of which something was heard. */
  readonly partitions: readonly PartitionState[];
  readonly zones: readonly ZoneState[];
  /** What stands at the panel itself: tamper, power, a wrong clock, silence, an alarm in a zone that the site does not name. */
  readonly standing: readonly Standing[];
}

/** A panel of which nothing has been heard yet. */
export function unknownPanel(panel: PointId, zones: readonly PointId[]): PanelState {
  return { panel, partitions: [], standing: [], zones: zones.map((zone) => ({ zone, condition: 'normal', standing: [] })) };
}

/** The panel's state after an event of the panel or one of its zones. The same object when the event says nothing about it. */
export function panelAfter(state: PanelState, event: SecurityEvent): PanelState {
  if (event.kind === 'panel.armed') return { ...state, partitions: armedAfter(state.partitions, event) };
  if (event.point === state.panel) {
    const standing = standingAfter(state.standing, event);
    return standing === state.standing ? state : { ...state, standing };
  }
  const zones = state.zones.map((zone) => (zone.zone === event.point ? zoneAfter(zone, event) : zone));
  return zones.every((zone, index) => zone === state.zones[index]) ? state : { ...state, zones };
}

function armedAfter(partitions: readonly PartitionState[], { details, phase, eventAt }: SecurityEvent): PartitionState[] {
  const partition = partitionOf(details['partition']);
  const user = details['user'];
  const next: PartitionState = { partition, armed: phase === 'raised', since: eventAt, ...(user !== undefined && { user: String(user) }) };
  const others = partitions.filter((each) => each.partition !== partition);
  return [...others, next].sort((a, b) => a.partition.localeCompare(b.partition, 'en', { numeric: true }));
}

/** A partition's number as text; empty where there is none. */
export function partitionOf(detail: string | number | boolean | undefined): string {
  return detail === undefined ? '' : String(detail);
}

function zoneAfter(zone: ZoneState, event: SecurityEvent): ZoneState {
  const standing = standingAfter(zone.standing, event);
  const condition = worst(standing);
  if (event.phase === 'momentary' || (standing === zone.standing && zone.since !== undefined)) return zone;
  return { zone: zone.zone, standing, condition, since: condition === zone.condition ? (zone.since ?? event.eventAt) : event.eventAt };
}

/** A state that nobody can confirm any longer (`uncertain`) still stands for whoever has to decide. */
function standingAfter(standing: readonly Standing[], { kind, phase, eventAt }: SecurityEvent): readonly Standing[] {
  const known = standing.some((each) => each.kind === kind);
  if (phase === 'raised' && !known && kinds[kind].words.restored !== undefined) return [...standing, { kind, since: eventAt }];
  if (phase === 'restored' && known) return standing.filter((each) => each.kind !== kind);
  return standing;
}

function worst(standing: readonly Standing[]): ZoneCondition {
  const conditions = new Set(standing.map(({ kind }) => conditionOf(kind)));
  return zoneConditions.find((condition) => conditions.has(condition)) ?? 'normal';
}

function conditionOf(kind: EventKind): ZoneCondition {
  if (kind === 'zone.bypassed') return 'bypassed';
  if (kind === 'zone.open') return 'open';
  const { severity } = kinds[kind];
  if (severity === 'critical' || severity === 'alarm') return 'alarm';
  return severity === 'supervisory' ? 'trouble' : 'normal';
}
