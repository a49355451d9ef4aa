import type { EpochMs } from './clock.ts';
import type { EventKind } from './kinds.ts';
import type { PointId } from './point.ts';

/**
 * `raised` and `restored` are the two ends of a state; `momentary` has no end;
 * `uncertain` is a state whose restore is overdue or whose device cannot be asked.
 */
export const phases = ['raised', 'restored', 'momentary', 'uncertain'] as const;
export type Phase = (typeof phases)[number];

/** Facts about an event that only its protocol knows: credential, reason, partition, ... */
export type Details = Readonly<Record<string, string | number | boolean>>;

/** What an adapter reports: one signal of one device, mapped to the field's words but not yet accepted. */
export interface DeviceSignal {
  readonly kind: EventKind;
  readonly point: PointId;
  readonly phase: Phase;
  /** The time by the device's own clock, where it tells one. Not trusted. */
  readonly occurredAt?: EpochMs;
  /** The device's clock minus ours, where it is known: positive when the device is ahead. */
  readonly clockOffsetMs?: number;
  /** A state that was read on connecting rather than a change that was seen: never a new alarm by itself. */
  readonly initial?: true;
  /** Of what is raised: how long it may stand without being told again. Then its restore was missed, and it is uncertain. */
  readonly uncertainAfterMs?: number;
  readonly details?: Details;
  /** The frame as it was on the wire: text, or hexadecimal for a binary protocol. */
  readonly raw?: string;
  /** Two signals of one device with the same key are one signal that was sent twice (a panel repeats until acknowledged). */
  readonly repeatKey?: string;
  /** Which of an outbox's signals it is: the same when it is offered again because the journal refused it. Not journalled. */
  readonly offerKey?: string;
}

/** A signal that intake has accepted: it is in the journal. */
export interface SecurityEvent {
  readonly id: string;
  /** Its position in the journal, growing by one. */
  readonly seq: number;
  readonly kind: EventKind;
  readonly point: PointId;
  readonly phase: Phase;
  /** The device that reported it. */
  readonly device: PointId;
  /** When it arrived, by our clock. */
  readonly receivedAt: EpochMs;
  /** When it happened, as far as is known: the device's time with its known offset taken out, else `receivedAt`. Rules count in this time. */
  readonly eventAt: EpochMs;
  /** The time by the device's own clock, if it told one. */
  readonly occurredAt?: EpochMs;
  readonly clockOffsetMs?: number;
  readonly initial?: true;
  readonly uncertainAfterMs?: number;
  readonly details: Details;
  readonly raw?: string;
}

/** Where an event happened and which cameras see it. */
export interface Place {
  /** The area, then its parents, innermost first. Empty where the point belongs to no area. */
  readonly areas: readonly PointId[];
  /** The door that the point is, or that a reader serves. */
  readonly door?: PointId;
  /** The cameras that cover the point, best first. For a camera: itself. */
  readonly cameras: readonly PointId[];
}

/** What the site says of a point. */
export interface Located {
  readonly place: Place;
  /** No two points have the same, and all are small: what is known of ten thousand points lies side by side in columns, which caches hold. Of one run alone. */
  readonly pointNumber: number;
}

/** An accepted event joined with its place; what rules look at. */
export type LocatedEvent = SecurityEvent & Located;
