import type { DeviceSignal, Phase } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import type { Unjournalled } from './journal.ts';
import { ownerOf } from './point-states.ts';

/** What arrives in the same turn of the event loop shares one commit. */
export class Batch {
  readonly events: Unjournalled[] = [];
  /** What they will have made of the states, by kind and owner. */
  readonly #phases = new Map<EventKind, Map<string, Phase>>();
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
    if (event.phase === 'momentary') return;
    let phases = this.#phases.get(event.kind);
    if (phases === undefined) this.#phases.set(event.kind, (phases = new Map<string, Phase>()));
    phases.set(ownerOf(event), event.phase);
  }

  /** The phase of the signal's state after the commit, where an event of the batch tells it. */
  phase(signal: DeviceSignal): Phase | undefined {
    return this.#phases.get(signal.kind)?.get(ownerOf(signal));
  }
}
