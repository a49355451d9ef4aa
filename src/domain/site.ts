import type { AlarmPolicy, AreaCriticality } from './alarm-policy.ts';
import type { DoorCommand } from './door.ts';
import type { PointId, PointType } from './point.ts';
import type { PtzPolicy } from './ptz.ts';
import type { RetentionPolicy } from './retention.ts';
import type { ThreatLevel } from './threat.ts';

/** A place; areas nest by `within`. */
export interface Area {
  readonly id: PointId;
  readonly name: string;
  readonly within?: PointId;
  /** Normal unless given. */
  readonly criticality?: AreaCriticality;
  /** Areas that a person can walk into from here; said on either side. */
  readonly adjacent?: readonly PointId[];
}

/** A connection to hardware, spoken to by one adapter. */
export interface Device {
  readonly id: PointId;
  readonly name: string;
  readonly adapter: string;
  readonly area?: PointId;
  /** Checked by the adapter's schema. */
  readonly options: unknown;
}

/** What a device serves. `at` is its address on the device, checked by the adapter's schema for that type of point. */
export interface Point {
  readonly id: PointId;
  readonly type: PointType;
  readonly name: string;
  readonly device: PointId;
  readonly area?: PointId;
  readonly at: unknown;
}

export interface Door extends Point {
  readonly type: 'door';
  /** How long the door may stand open. */
  readonly heldAfterSeconds: number;
  readonly commands: readonly DoorCommand[];
  /** A way out: no threat level ever locks it. */
  readonly escapeRoute?: boolean;
  /** Doors next to this one; said on either side. */
  readonly adjacent?: readonly PointId[];
}

export interface Reader extends Point {
  readonly type: 'reader';
  readonly door: PointId;
}

export interface Camera extends Point {
  readonly type: 'camera';
  /** Doors, zones and areas that it sees. */
  readonly covers: readonly PointId[];
  /** Of what it covers, the preset that shows it. */
  readonly presets?: Readonly<Record<PointId, string>>;
  /** Who records it. */
  readonly recorder?: CameraRecorder;
  /** For a camera that turns, where the site departs from the default. */
  readonly ptz?: PtzPolicy;
}

/** A recorder's device, and which of its recordings is the camera's: the one whose source is called like it, if neither is said. */
export interface CameraRecorder {
  readonly device: PointId;
  readonly recording?: string;
  readonly source?: string;
}

export interface Panel extends Point {
  readonly type: 'panel';
}

export interface Zone extends Point {
  readonly type: 'zone';
  readonly panel: PointId;
}

/** In the order of the week; `holiday` stands for every holiday of the site. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const scheduleDays = [...weekdays, 'holiday'] as const;

/** Hours on some days of the week, by the site's clock, as "08:00"; hours that end before they begin go on after midnight. */
export interface WeeklyHours {
  readonly days: readonly (typeof scheduleDays)[number][];
  readonly from: string;
  readonly to: string;
}

/** Times at which a rule counts, or does not. */
export interface Schedule {
  readonly id: PointId;
  readonly name: string;
  readonly weekly: readonly WeeklyHours[];
}

/** A site as its file describes it, checked: every reference leads somewhere. */
export interface Site {
  readonly id: string;
  readonly name: string;
  /** IANA name of the time zone in which schedules count; UTC unless given. */
  readonly timeZone?: string;
  /** Days as 2026-12-24. */
  readonly holidays?: readonly string[];
  readonly schedules?: readonly Schedule[];
  readonly alarms?: AlarmPolicy;
  readonly retention?: RetentionPolicy;
  readonly threatLevels?: readonly ThreatLevel[];
  readonly areas: readonly Area[];
  readonly devices: readonly Device[];
  readonly doors: readonly Door[];
  readonly readers: readonly Reader[];
  readonly cameras: readonly Camera[];
  readonly panels: readonly Panel[];
  readonly zones: readonly Zone[];
}

/** Everything that can raise an event, devices apart. */
export function pointsOf(site: Site): readonly (Door | Reader | Camera | Panel | Zone)[] {
  return [...site.doors, ...site.readers, ...site.cameras, ...site.panels, ...site.zones];
}
