import type { Incident } from '../domain/incident.ts';
import type { VirtualGateway } from './virtual-gateway.ts';

/** Which incident of the replay is that of then: the same identifier says nothing, since other rules number otherwise. */
export class Counterparts {
  readonly #nowOf = new Map<string, string>();

  /** @param started those with which the replay began. */
  constructor(started: readonly Incident[]) {
    for (const incident of started) this.meet(incident, incident);
  }

  /** From now on `now` is what `then` was. */
  meet(then: Incident, now: Incident): void {
    this.#nowOf.set(then.id, now.id);
  }

  /** The one that was met before, else the open one of the same key. */
  of(then: Incident, { incidents }: VirtualGateway): Incident | undefined {
    const known = this.#nowOf.get(then.id);
    if (known !== undefined) return incidents.find(({ id }) => id === known);
    const now = incidents.find(({ key, state }) => key === then.key && state !== 'closed');
    if (now !== undefined) this.meet(then, now);
    return now;
  }
}
