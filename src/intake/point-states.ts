import { Column } from '../domain/column.ts';
import { phases } from '../domain/event.ts';
import type { DeviceSignal, Located, LocatedEvent, Phase, SecurityEvent } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import { kinds } from '../domain/kinds.ts';
import { partitionOf } from '../domain/panel.ts';
import type { PointId } from '../domain/point.ts';

/**
 * The last phase of each state at each point, rebuilt from the journal on start. It decides what a state that was
 * read on connecting means: the same as before (nothing to say), changed while nobody looked (a real change), or
 * seen for the first time (never an alarm).
 */
export class PointStates {
  readonly #locate: (point: PointId) => Pick<Located, 'pointNumber'>;
  /** By kind and point: which phase it is, from 1 on. */
  readonly #phases = new Map<EventKind, Column>();
  /** Of the states of which a point has several, by name. */
  readonly #ofParts = new Map<string, Phase>();

  constructor(latest: readonly SecurityEvent[], locate: (point: PointId) => Pick<Located, 'pointNumber'>) {
    this.#locate = locate;
    for (const event of latest) this.apply({ ...event, ...locate(event.point) });
  }

  /** Remembers what an accepted event says. */
  apply(event: Pick<LocatedEvent, 'point' | 'kind' | 'phase' | 'details' | 'pointNumber'>): void {
    const { kind, point, phase, pointNumber } = event;
    if (phase === 'momentary' || kinds[kind].words.restored === undefined) return;
    if (ownerOf(event) !== point) {
      this.#ofParts.set(stateName(event), phase);
      return;
    }
    let known = this.#phases.get(kind);
    if (known === undefined) this.#phases.set(kind, (known = new Column()));
    known.set(pointNumber, phases.indexOf(phase) + 1);
  }

  /** The last known phase, or undefined where the state was never reported. */
  phase(signal: Pick<DeviceSignal, 'point' | 'kind' | 'details'>): Phase | undefined {
    const { kind, point } = signal;
    if (ownerOf(signal) !== point) return this.#ofParts.get(stateName(signal));
    const which = this.#phases.get(kind)?.get(this.#locate(point).pointNumber) ?? 0;
    return phases[which - 1];
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

/** What tells one state from another: its kind, and whose it is. */
export function stateName(state: Pick<DeviceSignal, 'point' | 'kind' | 'details'>): string {
  return `${state.kind} ${ownerOf(state)}`;
}
