import type { EpochMs } from './clock.ts';
import type { Priority } from './incident.ts';
import type { PointId } from './point.ts';

/** How fast a camera turns, each as a share of its full speed from -1 to 1: positive is right, up, and closer. */
export interface PtzVelocity {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

/** Where a camera looks, from -1 to 1 (zoom 0 to 1), as far as it tells. */
export interface PtzStatus {
  readonly moving: boolean;
  readonly pan?: number;
  readonly tilt?: number;
  readonly zoom?: number;
}

export const ptzHolderKinds = ['manual', 'alarm', 'patrol'] as const;

/** Who moves a camera: a dispatcher by hand, an incident by its preset, or a patrol. */
export interface PtzHolder {
  readonly kind: (typeof ptzHolderKinds)[number];
  /** The dispatcher's account, or what moves it in words. */
  readonly by: string;
  readonly priority: Priority;
  readonly since: EpochMs;
  /** When it ends by itself. */
  readonly until?: EpochMs;
  /** Where it is kept, for an alarm or a patrol. */
  readonly preset?: string;
  readonly incident?: string;
}

export interface PtzState {
  readonly camera: PointId;
  /** Absent while nobody moves it. */
  readonly holder?: PtzHolder;
}

export const ptzReturns = ['home', 'previous', 'stay'] as const;

/** How the site wants a camera that moves to be handled. */
export interface PtzPolicy {
  /** How long an alarm keeps it at its preset; until the incident is closed unless given. */
  readonly alarmSeconds?: number;
  /** How long a dispatcher holds it after the last touch. */
  readonly leaseSeconds: number;
  /** Where it goes when nobody needs it any more. */
  readonly afterwards: (typeof ptzReturns)[number];
  /** How long it stays where a dispatcher has left it. */
  readonly returnSeconds: number;
}

export const defaultPtzPolicy: PtzPolicy = { leaseSeconds: 20, afterwards: 'home', returnSeconds: 120 };

/** Manual control without an incident counts as this urgent: incidents of priority 1 and 2 take the camera away. */
export const ROUTINE_PRIORITY: Priority = 3;
