import type { DeviceSignal, Phase, SecurityEvent } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import { kinds } from '../domain/kinds.ts';
import { partitionOf } from '../domain/panel.ts';

/**
 * The last phase of each state at each point, rebuilt from the journal on start. It decides what a state that was
 * read on connecting means: the same as before (nothing to say), changed while nobody looked (a real change), or
 * seen for the first time (never an alarm).
 */
export class PointStates {
  readonly #phases = new Map<EventKind, Map<string, Phase>>();

  constructor(latest: readonly SecurityEvent[]) {
    for (const event of latest) this.apply(event);
  }

  /** Remembers what an accepted event says. */
  apply(event: Pick<SecurityEvent, 'point' | 'kind' | 'phase' | 'details'>): void {
    if (event.phase === 'momentary' || kinds[event.kind].words.restored === undefined) return;
    const phases = this.#phases.get(event.kind);
    if (phases === undefined) this.#phases.set(event.kind, new Map([[ownerOf(event), event.phase]]));
    else phases.set(ownerOf(event), event.phase);
  }

  /** The last known phase, or undefined where the state was never reported. */
  phase(signal: Pick<DeviceSignal, 'point' | 'kind' | 'details'>): Phase | undefined {
    return this.#phases.get(signal.kind)?.get(ownerOf(signal));
  }

  /** What intake shall make of `signal`: nothing, or the signal as it is to be journalled. `awaited`: the phase of its state before it, where that is not accepted yet. */
  judge(signal: DeviceSignal, awaited?: Phase): DeviceSignal | undefined {
    if (signal.initial !== true) return signal;
    const known = awaited ?? this.phase(signal);
    if (known === undefined) return signal;
    if (known === signal.phase) return undefined;
    // An uncertain state that turns out to stand still is no second alarm; everything else changed while the link was down.
    if (known === 'uncertain' && signal.phase === 'raised') return signal;
    const { initial: _seenOnConnecting, ...change } = signal;
    return { ...change, details: { ...signal.details, changedWhileOffline: true } };
  }
}

/**
 * Whose state it is: a panel arms each of its partitions apart, and that a camera says that it has no signal is not the same as that no picture comes from it.
 * `Journal.latestOfEach` groups alike.
 */
export function ownerOf({ point, kind, details }: Pick<DeviceSignal, 'point' | 'kind' | 'details'>): string {
  if (kind === 'panel.armed') return `${point}/${partitionOf(details?.['partition'])}`;
  const cause = kind === 'video.lost' ? details?.['cause'] : undefined;
  return cause === undefined ? point : `${point}/${String(cause)}`;
}
