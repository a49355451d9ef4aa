import type { Clock } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';

/** States that stand and whose end was due: after the time that their mapping gives them they are uncertain. */
export class Overdue {
  readonly #clock: Clock;
  readonly #tell: (signal: DeviceSignal) => void;
  readonly #standing = new Map<string, () => void>();

  constructor(clock: Clock, tell: (signal: DeviceSignal) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** A signal that was just published; `afterSeconds`: how long it may stand without being published again. */
  saw({ kind, point, phase }: DeviceSignal, afterSeconds: number | undefined): void {
    const key = `${kind} ${point}`;
    const cancel = this.#standing.get(key);
    if (phase !== 'raised') {
      if (phase !== 'momentary') this.#end(key);
      return;
    }
    if (afterSeconds === undefined) return;
    cancel?.();
    this.#standing.set(
      key,
      this.#clock.after(afterSeconds * 1000, () => {
        this.#standing.delete(key);
        this.#tell({ kind, point, phase: 'uncertain', details: { overdueAfterMs: afterSeconds * 1000 } });
      }),
    );
  }

  /** Waits for nothing any more: with the link goes what is known. */
  stop(): void {
    for (const key of [...this.#standing.keys()]) this.#end(key);
  }

  #end(key: string): void {
    this.#standing.get(key)?.();
    this.#standing.delete(key);
  }
}
