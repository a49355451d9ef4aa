import type { Clock } from '../domain/clock.ts';
import type { Details, DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';

const RETRY_MS = 5_000;

/**
 * Tells intake that a camera's picture is lost, and once that it is back. While the journal cannot be written it goes on trying;
 * a loss that is over by then is not told any more, so that nothing piles up.
 */
export class LossReporter {
  readonly #camera: PointId;
  readonly #clock: Clock;
  readonly #report: (signal: DeviceSignal) => Promise<void>;
  #wanted: { readonly lost: boolean; readonly details: Details } = { lost: false, details: {} };
  #told = false;
  #busy = false;
  #closed = false;
  #cancelRetry: () => void = () => undefined;

  constructor(camera: PointId, clock: Clock, report: (signal: DeviceSignal) => Promise<void>) {
    this.#camera = camera;
    this.#clock = clock;
    this.#report = report;
  }

  lost(reason: string): void {
    this.#want(true, { reason });
  }

  restored(lostForSeconds: number): void {
    this.#want(false, { lostForSeconds });
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry();
  }

  #want(lost: boolean, details: Details): void {
    this.#wanted = { lost, details };
    this.#cancelRetry();
    void this.#settle();
  }

  async #settle(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (!this.#closed && this.#wanted.lost !== this.#told) {
        const { lost, details } = this.#wanted;
        await this.#report({ kind: 'video.lost', point: this.#camera, phase: lost ? 'raised' : 'restored', details });
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
