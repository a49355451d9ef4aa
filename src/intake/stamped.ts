import type { Details, DeviceSignal, Located, LocatedEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import { eventId } from './event-id.ts';
import type { Unjournalled } from './journal.ts';

/** A device that buffered its messages may report what is hours old; a clock that is further off than this is not believed. */
const OLDEST_BELIEVED_MS = 7 * 24 * 60 * 60 * 1000;

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
const noDetails: Details = {};

// Events are written out field by field: what is put together by spreading takes three times the memory, for as long as rules remember it.

/** A signal as an event that arrived now. */
export function stamped(device: PointId, signal: DeviceSignal, receivedAt: number): Unjournalled {
  const { kind, point, phase, details = noDetails, repeatKey, offerKey } = signal;
  const event: Writable<Unjournalled> = { id: eventId(), kind, point, phase, device, receivedAt, eventAt: eventTime(signal, receivedAt), details };
  copyRare(signal, event);
  if (repeatKey !== undefined) event.repeatKey = repeatKey;
  if (offerKey !== undefined) event.offerKey = offerKey;
  return event;
}

/** An event with its position and place; what rules look at. */
export function located(unjournalled: Unjournalled, seq: number, { place, pointNumber }: Located): LocatedEvent {
  const { id, kind, point, phase, device, receivedAt, eventAt, details } = unjournalled;
  const event: Writable<LocatedEvent> = { id, seq, kind, point, phase, device, receivedAt, eventAt, details, place, pointNumber };
  copyRare(unjournalled, event);
  return event;
}

/** What few events tell. */
type Rare = Pick<DeviceSignal, 'occurredAt' | 'clockOffsetMs' | 'initial' | 'uncertainAfterMs' | 'raw'>;

function copyRare({ occurredAt, clockOffsetMs, initial, uncertainAfterMs, raw }: Rare, to: Writable<Rare>): void {
  if (occurredAt !== undefined) to.occurredAt = occurredAt;
  if (clockOffsetMs !== undefined) to.clockOffsetMs = clockOffsetMs;
  if (initial !== undefined) to.initial = initial;
  if (uncertainAfterMs !== undefined) to.uncertainAfterMs = uncertainAfterMs;
  if (raw !== undefined) to.raw = raw;
}

/** The device's time with its known offset taken out; ours where it is unknown, lies in the future or is absurdly old. */
function eventTime({ occurredAt, clockOffsetMs }: DeviceSignal, receivedAt: number): number {
  if (occurredAt === undefined || clockOffsetMs === undefined) return receivedAt;
  const corrected = Math.round(occurredAt - clockOffsetMs);
  if (corrected < receivedAt - OLDEST_BELIEVED_MS) return receivedAt;
  return Math.min(corrected, receivedAt);
}
