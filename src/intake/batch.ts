import type { DeviceSignal, Phase } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { Unjournalled } from './journal.ts';
import { ownerOf } from './point-states.ts';

/** What arrives in the same turn of the event loop shares one commit. */
export class Batch {
  readonly events: Unjournalled[] = [];
  /** What the first `#indexed` of them will have made of the states, by kind and owner: known when somebody asks. */
  readonly #phases = new Map<EventKind, Map<string, Phase>>();
  #indexed = 0;
  readonly committed: Promise<void>;
  accept!: () => void;
  refuse!: (error: Error) => void;

  constructor() {
    this.committed = new Promise((accept, refuse) => {
      this.accept = accept;
      this.refuse = refuse;
    });
  }

  add(event: Unjournalled): void {
    this.events.push(event);
  }

  /** The phase of the signal's state after the commit, where an event of the batch tells it. */
  phase(signal: DeviceSignal): Phase | undefined {
    for (; this.#indexed < this.events.length; this.#indexed += 1) this.#index(this.events[this.#indexed]);
    return this.#phases.get(signal.kind)?.get(ownerOf(signal));
  }

  #index(event: Unjournalled | undefined): void {
    if (event === undefined || event.phase === 'momentary') return;
    let phases = this.#phases.get(event.kind);
    if (phases === undefined) this.#phases.set(event.kind, (phases = new Map<string, Phase>()));
    phases.set(ownerOf(event), event.phase);
  }
}
