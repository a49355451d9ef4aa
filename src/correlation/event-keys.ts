import type { LocatedEvent } from '../domain/event.ts';
import type { Relation } from './relation.ts';
import { keysOfAll } from './relation.ts';
import type { SiteFacts } from './site-facts.ts';

/** What an event shares with others by some relations. An event is learnt of, watched for and judged by the same keys: those of the latest are kept. */
export class EventKeys {
  readonly #by: readonly Relation[];
  readonly #site: Pick<SiteFacts, 'adjacentTo'>;
  #latest: LocatedEvent | undefined;
  #latestKeys: readonly string[] = [];

  constructor(by: readonly Relation[], site: Pick<SiteFacts, 'adjacentTo'>) {
    this.#by = by;
    this.#site = site;
  }

  of(event: LocatedEvent): readonly string[] {
    if (event !== this.#latest) {
      this.#latest = event;
      this.#latestKeys = keysOfAll(event, this.#by, this.#site);
    }
    return this.#latestKeys;
  }
}
