import type { EpochMs } from './clock.ts';
import type { LocatedEvent } from './event.ts';

/** What a rule asks others to do besides opening an incident. */
export interface Effect {
  readonly type: 'effect';
  /** `bookmark`: keep what the cameras of the event's place saw around it. */
  readonly effect: 'bookmark';
  /** The same events through the same rule give the same id, so that doing it twice can be avoided. */
  readonly id: string;
  readonly rule: string;
  readonly event: LocatedEvent;
  /** When it was decided, by our clock. */
  readonly at: EpochMs;
  readonly reason: string;
}
