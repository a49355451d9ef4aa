import type { LocatedEvent } from '../domain/event.ts';
import type { Seen } from './accounting.ts';

/** What a pattern says of the event that it waited for: its condition is met, or (an event arrived late) was not met after all. */
export type Moment =
  | { readonly type: 'begins'; readonly seen: Seen }
  /** A further event belongs to what is met already. */
  | { readonly type: 'continues'; readonly seen: Seen; readonly with: Seen }
  | { readonly type: 'taken-back'; readonly seen: Seen; readonly because: LocatedEvent };

/** How many seconds stand between an event and the conclusion from it. */
export interface Waiting {
  /** For what is yet to happen, in event time. */
  readonly forMs: number;
  /** For messages that are still on their way. */
  readonly latenessMs: number;
}
