import type { EpochMs } from '../domain/clock.ts';
import type { SecurityEvent } from '../domain/event.ts';
import { kinds } from '../domain/kinds.ts';
import { partitionOf } from '../domain/panel.ts';
import type { Unjournalled } from './journal.ts';
import { REPEAT_WINDOW_MS } from './repeats.ts';

/** Beyond this many the oldest is forgotten; its repeat would then be an event of its own. Several outboxes may be full. */
const MOST_SHOWN = 50_000;
/** What has no key of its own is offered again sooner than this; later than this it has happened again. The slowest adapter waits for 30 s. */
const OFFERED_AGAIN_MS = 60_000;

interface Shown {
  readonly event: Unjournalled;
  /** When its device offered it last. */
  readonly offeredAt: EpochMs;
}

/**
 * Events that rules and dispatchers have seen although the journal could not take them. Their devices were not acknowledged and repeat them;
 * the repeat is the same event, with its identifier and times, so that what was found from it is known and nothing opens twice.
 */
export class ShownUnjournalled {
  /** What was offered last comes last. */
  readonly #byKey = new Map<string, Shown>();
  readonly #keys = new Map<SecurityEvent['id'], string>();

  /** The event that `again` repeats. */
  earlier(again: Unjournalled): Unjournalled | undefined {
    if (this.#byKey.size === 0) return undefined;
    const key = keyOf(again);
    const shown = this.#byKey.get(key);
    if (shown === undefined || !isRepeat(again, shown)) return undefined;
    this.#remember(key, { event: shown.event, offeredAt: again.receivedAt });
    return shown.event;
  }

  /** Of a batch that could not be journalled: what has to be shown now. A state that was only read on connecting is no news. */
  newIn(batch: readonly Unjournalled[]): readonly Unjournalled[] {
    return batch.filter((event) => {
      if (event.initial === true) return false;
      const key = keyOf(event);
      const shown = this.#byKey.get(key);
      if (shown !== undefined && isRepeat(event, shown)) return false;
      this.#remember(key, { event, offeredAt: event.receivedAt });
      const [oldest] = this.#byKey.keys();
      if (this.#byKey.size > MOST_SHOWN && oldest !== undefined) this.#forget(oldest);
      return true;
    });
  }

  /** It has reached the journal: the next one like it is another, and so is what follows when the state has changed. */
  journalled(event: SecurityEvent): void {
    if (this.#byKey.size === 0) return;
    this.#forget(this.#keys.get(event.id) ?? keyOf(event));
    for (const [key, { offeredAt }] of this.#byKey) {
      if (offeredAt >= event.receivedAt - REPEAT_WINDOW_MS) return;
      this.#forget(key);
    }
  }

  #remember(key: string, shown: Shown): void {
    this.#forget(key);
    this.#byKey.set(key, shown);
    this.#keys.set(shown.event.id, key);
  }

  #forget(key: string): void {
    const shown = this.#byKey.get(key);
    if (shown === undefined) return;
    this.#byKey.delete(key);
    this.#keys.delete(shown.event.id);
  }
}

/** Lets an event through once: what was passed on while the journal could not take it comes again when it can. */
export class PassedOn {
  readonly #early = new Set<SecurityEvent['id']>();

  isNew({ id, seq }: Pick<SecurityEvent, 'id' | 'seq'>): boolean {
    if (seq > 0) return this.#early.size === 0 || !this.#early.delete(id);
    this.#early.add(id);
    const [oldest] = this.#early;
    if (this.#early.size > MOST_SHOWN && oldest !== undefined) this.#early.delete(oldest);
    return true;
  }
}

/** A state that has changed since is no repeat when it comes back, and neither is another level of the same scope. */
function isRepeat(again: Unjournalled, { event, offeredAt }: Shown): boolean {
  const windowMs = again.repeatKey === undefined && again.offerKey === undefined ? OFFERED_AGAIN_MS : REPEAT_WINDOW_MS;
  return again.phase === event.phase && again.details['level'] === event.details['level'] && again.receivedAt - offeredAt <= windowMs;
}

/** What a device repeats: by its own key; what an outbox offers again: by the outbox's; a state by its owner; anything else by all that it tells. */
function keyOf({ device, repeatKey, offerKey, kind, point, phase, details, occurredAt }: Unjournalled): string {
  if (repeatKey !== undefined) return JSON.stringify([device, repeatKey, kind]);
  if (offerKey !== undefined) return JSON.stringify([device, offerKey]);
  if (kinds[kind].words.restored !== undefined && phase !== 'momentary')
    return JSON.stringify([device, kind, point, partitionOf(details['partition'])]);
  return JSON.stringify([device, kind, point, details, occurredAt]);
}
