import type { DeviceSignal, Phase } from '../domain/event.ts';
import type { Unjournalled } from './journal.ts';
import { stateName } from './point-states.ts';

/** What arrives in the same turn of the event loop shares one commit. */
export class Batch {
  readonly events: Unjournalled[] = [];
  /** What the first `#indexed` of them will have made of the states, by name: known when somebody asks. */
  readonly #phases = new Map<string, Phase>();
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
    for (const event of this.events.slice(this.#indexed)) if (event.phase !== 'momentary') this.#phases.set(stateName(event), event.phase);
    this.#indexed = this.events.length;
    return this.#phases.get(stateName(signal));
  }
}
