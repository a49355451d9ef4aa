import type { LocatedEvent } from '../domain/event.ts';

/** What a pattern says of the event that it waited for: its condition is met, or (an event arrived late) was not met after all. */
export type Moment =
  | { readonly type: 'begins'; readonly event: LocatedEvent }
  | { readonly type: 'taken-back'; readonly event: LocatedEvent; readonly because: LocatedEvent };
