import type { SecurityEvent } from '../domain/event.ts';
import { kinds } from '../domain/kinds.ts';
import type { Unjournalled } from './journal.ts';

/** Beyond this many the oldest is forgotten; its repeat would then be an event of its own. */
const MOST_SHOWN = 10_000;

/**
 * Critical events that dispatchers have seen although the journal could not take them. Their devices were not acknowledged and repeat them;
 * the repeat is the same event, with its identifier and times, so that what was found from it is known and nothing opens twice.
 */
export class ShownUnjournalled {
  readonly #byKey = new Map<string, Unjournalled>();

  /** The event that `again` repeats. */
  earlier(again: Unjournalled): Unjournalled | undefined {
    return this.#byKey.size === 0 ? undefined : this.#byKey.get(keyOf(again));
  }

  /** Of a batch that could not be journalled: what has to be shown now. */
  newIn(batch: readonly Unjournalled[]): readonly Unjournalled[] {
    return batch.filter((event) => {
      // A state that has changed since is no repeat when it comes back.
      if (event.repeatKey === undefined)
        for (const phase of ['raised', 'restored'] as const) if (phase !== event.phase) this.#byKey.delete(keyOf({ ...event, phase }));
      const key = keyOf(event);
      if (!isUrgent(event) || this.#byKey.has(key)) return false;
      this.#byKey.set(key, event);
      const [oldest] = this.#byKey.keys();
      if (this.#byKey.size > MOST_SHOWN && oldest !== undefined) this.#byKey.delete(oldest);
      return true;
    });
  }

  /** It has reached the journal: the next one like it is another. */
  journalled(event: Pick<SecurityEvent, 'id'>): void {
    for (const [key, { id }] of this.#byKey) if (id === event.id) this.#byKey.delete(key);
  }
}

function isUrgent({ kind, phase, initial }: Unjournalled): boolean {
  return kinds[kind].severity === 'critical' && phase !== 'restored' && initial !== true;
}

function keyOf({ device, repeatKey, kind, point, phase }: Unjournalled): string {
  return repeatKey === undefined ? `${device} ${kind} ${point} ${phase}` : `${device} ${repeatKey} ${kind}`;
}
