import type { EpochMs } from './clock.ts';
import type { LocatedEvent } from './event.ts';
import type { Priority } from './incident.ts';
import type { PointId } from './point.ts';

interface EffectBase {
  readonly type: 'effect';
  /** The same events through the same rule give the same id, so that doing it twice can be avoided. */
  readonly id: string;
  readonly rule: string;
  readonly event: LocatedEvent;
  /** When it was decided, by our clock. */
  readonly at: EpochMs;
  readonly reason: string;
}

/** Keep what the cameras of the event's place saw around it. */
export interface Bookmark extends EffectBase {
  readonly effect: 'bookmark';
}

/** Turn a camera to a position that is stored in it. */
export interface GoToPreset extends EffectBase {
  readonly effect: 'preset';
  readonly camera: PointId;
  readonly preset: string;
  /** Against others that want the camera. */
  readonly priority: Priority;
}

/** What a rule asks others to do besides opening an incident. */
export type Effect = Bookmark | GoToPreset;
