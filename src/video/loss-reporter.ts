import type { Clock } from '../domain/clock.ts';
import type { Details, DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';

const RETRY_MS = 5_000;

interface Wanted {
  readonly lost: boolean;
  readonly initial?: true;
  readonly details: Details;
}

/**
 * Tells intake that a camera's picture is lost, and once that it is back. The first picture is told of as a state that was read:
 * a loss may stand from before the gateway was started. While the journal cannot be written it goes on trying;
 * a loss that is over by then is not told any more, so that nothing piles up.
 */
export class LossReporter {
  readonly #camera: PointId;
  readonly #clock: Clock;
  readonly #report: (signal: DeviceSignal) => Promise<void>;
  #wanted: Wanted | undefined;
  #told: boolean | undefined;
  #busy = false;
  #closed = false;
  #cancelRetry: () => void = () => undefined;

  constructor(camera: PointId, clock: Clock, report: (signal: DeviceSignal) => Promise<void>) {
    this.#camera = camera;
    this.#clock = clock;
    this.#report = report;
  }

  lost(reason: string): void {
    this.#want({ lost: true, details: { reason } });
  }

  restored(lostForSeconds: number): void {
    this.#want({ lost: false, details: { lostForSeconds } });
  }

  /** The first picture since the gateway was started. */
  first(): void {
    this.#want({ lost: false, initial: true, details: {} });
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry();
  }

  #want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#cancelRetry();
    void this.#settle();
  }

  async #settle(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (!this.#closed && this.#wanted !== undefined && this.#wanted.lost !== this.#told) {
        const { lost, ...rest } = this.#wanted;
        await this.#report({ kind: 'video.lost', point: this.#camera, phase: lost ? 'raised' : 'restored', ...rest });
        this.#told = lost;
      }
    } catch {
      // The journal's own alarm tells of it; here it is only tried again.
      if (!this.#closed) this.#cancelRetry = this.#clock.after(RETRY_MS, () => void this.#settle());
    } finally {
      this.#busy = false;
    }
  }
}
