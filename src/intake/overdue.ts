import type { Clock } from '../domain/clock.ts';
import type { DeviceSignal, SecurityEvent } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import { kinds } from '../domain/kinds.ts';
import type { PointId } from '../domain/point.ts';
import { ownerOf } from './point-states.ts';

const REPORT_AGAIN_MS = 1000;
/** A timer of the runtime waits for 24 days at most; a state may stand longer. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

interface Deadline {
  readonly dueMs: number;
  cancel: () => void;
}

export interface OverdueOptions {
  readonly clock: Clock;
  /** Takes the event that a state is uncertain. Rejects when it cannot be journalled; then it is offered again. */
  readonly report: (device: PointId, signal: DeviceSignal) => Promise<void>;
}

/**
 * States whose restore is overdue: each may stand for as long as the signal that raised it says, and is uncertain then. Neither a link that is lost nor a
 * restart of the gateway makes anybody wait for ever: the time counts from the event in the journal.
 */
export class Overdue {
  readonly #options: OverdueOptions;
  readonly #deadlines = new Map<EventKind, Map<string, Deadline>>();

  /** `latest`: how every state stood when the gateway stopped. */
  constructor(options: OverdueOptions, latest: readonly SecurityEvent[]) {
    this.#options = options;
    for (const event of latest) this.apply(event);
  }

  /** Learns what an accepted event says. */
  apply(event: SecurityEvent): void {
    const { kind, phase, uncertainAfterMs, receivedAt } = event;
    if (phase === 'momentary') return;
    if (phase !== 'raised' || uncertainAfterMs === undefined) this.#forget(kind, event);
    else this.#expect(event.device, event, receivedAt + uncertainAfterMs - this.#options.clock.now());
  }

  /** Learns that a state was read again and stands still. */
  confirm(device: PointId, signal: DeviceSignal): void {
    if (signal.phase === 'raised' && signal.uncertainAfterMs !== undefined) this.#expect(device, signal, signal.uncertainAfterMs);
  }

  /** Waits for nothing any more. */
  close(): void {
    for (const deadlines of this.#deadlines.values()) for (const { cancel } of deadlines.values()) cancel();
    this.#deadlines.clear();
  }

  #forget(kind: EventKind, state: Pick<DeviceSignal, 'point' | 'kind' | 'details'>): void {
    const deadlines = this.#deadlines.get(kind);
    if (deadlines === undefined) return;
    const owner = ownerOf(state);
    deadlines.get(owner)?.cancel();
    deadlines.delete(owner);
  }

  /** Raised again, for another reason perhaps, a state stands until the later of both times. */
  #expect(device: PointId, state: DeviceSignal, restMs: number): void {
    if (kinds[state.kind].words.restored === undefined) return;
    const { clock } = this.#options;
    const deadlines = this.#deadlines.get(state.kind) ?? new Map<string, Deadline>();
    this.#deadlines.set(state.kind, deadlines);
    const owner = ownerOf(state);
    const delayMs = Math.max(0, restMs);
    const dueMs = clock.monotonicMs() + delayMs;
    const before = deadlines.get(owner);
    if (before !== undefined && before.dueMs > dueMs) return;
    before?.cancel();
    const uncertain = uncertainOf(state);
    const tell = (): void => {
      this.#options.report(device, uncertain).catch(() => {
        if (deadlines.get(owner) === deadline) deadline.cancel = clock.after(REPORT_AGAIN_MS, tell);
      });
    };
    const deadline = { dueMs, cancel: afterLong(clock, delayMs, tell) };
    deadlines.set(owner, deadline);
  }
}

function uncertainOf({ kind, point, details, uncertainAfterMs = 0 }: DeviceSignal): DeviceSignal {
  return { kind, point, phase: 'uncertain', details: { ...details, overdueAfterMs: uncertainAfterMs } };
}

/** As `clock.after`, for however long. */
function afterLong(clock: Clock, delayMs: number, action: () => void): () => void {
  if (delayMs <= LONGEST_WAIT_MS) return clock.after(delayMs, action);
  let cancel = clock.after(LONGEST_WAIT_MS, () => {
    cancel = afterLong(clock, delayMs - LONGEST_WAIT_MS, action);
  });
  return () => cancel();
}
