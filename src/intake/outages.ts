import type { EpochMs } from '../domain/clock.ts';
import type { SecurityEvent } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Unjournalled } from './journal.ts';

type Told = Pick<SecurityEvent, 'point' | 'kind' | 'phase' | 'eventAt' | 'details'>;

/**
 * Since when nobody could see what is offline. Whoever tells that it is back, and whatever was restarted meanwhile: the event says the whole interval in
 * which things may have happened unseen.
 */
export class Outages {
  readonly #since = new Map<PointId, EpochMs>();

  constructor(latest: readonly SecurityEvent[]) {
    for (const event of latest) this.apply(event);
  }

  /** Learns what an accepted event says. */
  apply(event: Told): void {
    if (event.kind !== 'device.offline') return;
    if (event.phase === 'raised') this.#since.set(event.point, begin(event) ?? event.eventAt);
    if (event.phase === 'restored') this.#since.delete(event.point);
  }

  /** The event with what is known of the interval. One that is told again keeps the begin of the first. */
  complete(event: Unjournalled): Unjournalled {
    if (event.kind !== 'device.offline' || event.phase === 'momentary') return event;
    const known = [this.#since.get(event.point), begin(event), event.phase === 'raised' ? event.eventAt : undefined];
    const from = Math.min(...known.filter((each) => each !== undefined));
    // Back without ever having been gone.
    if (from === Infinity) return event;
    const details = { ...event.details, offlineFrom: new Date(from).toISOString() };
    if (event.phase !== 'restored') return { ...event, details };
    const to = event.eventAt;
    return { ...event, details: { ...details, offlineTo: new Date(to).toISOString(), blindForSeconds: Math.max(0, Math.round((to - from) / 1000)) } };
  }
}

/** What the adapter knows of the begin, which is earlier than its report. */
function begin({ details }: Pick<Told, 'details'>): EpochMs | undefined {
  const from = Date.parse(String(details['offlineFrom']));
  return Number.isNaN(from) ? undefined : from;
}
