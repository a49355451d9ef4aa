import type { EpochMs } from '../../domain/clock.ts';
import { WATCH_MS } from './picture.ts';
import type { PlayerListener } from './picture.ts';

/** A canvas that shows pictures as they come, and says when none comes any more. */
export class CanvasPicture {
  readonly canvas = document.createElement('canvas');
  readonly #context = this.canvas.getContext('2d');
  readonly #listener: PlayerListener;
  readonly #watchdog: number;
  readonly #frozenMs: number;
  #paintedAtMs = performance.now();
  #last: EpochMs | undefined;
  /** Why nothing comes, where that is known. */
  #reason: string | undefined;

  /** @param frozenMs a picture that has not changed for this long is not one of now */
  constructor(listener: PlayerListener, frozenMs: number) {
    this.#listener = listener;
    this.#frozenMs = frozenMs;
    this.#watchdog = window.setInterval(() => this.#watch(), WATCH_MS);
    document.addEventListener('visibilitychange', this.#shown);
    listener.picture({ state: 'waiting', detail: 'Waiting for the picture' });
  }

  paint(picture: VideoFrame | ImageBitmap, takenAt: EpochMs): void {
    const [width, height] = picture instanceof ImageBitmap ? [picture.width, picture.height] : [picture.displayWidth, picture.displayHeight];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.#context?.drawImage(picture, 0, 0, width, height);
    // For measurements: when the first picture of this tile was on the screen.
    this.canvas.dataset['painted'] ??= String(performance.timeOrigin + performance.now());
    this.#paintedAtMs = performance.now();
    this.#last = takenAt;
    this.#reason = undefined;
    this.#listener.picture({ state: 'playing' });
    this.#listener.painted(takenAt);
  }

  /** Nothing comes for this reason; the picture that is there stays until it is too old. */
  lose(detail: string): void {
    this.#reason = detail;
    if (this.#last === undefined) this.#listener.picture({ state: 'waiting', detail });
  }

  close(): void {
    window.clearInterval(this.#watchdog);
    document.removeEventListener('visibilitychange', this.#shown);
  }

  #watch(): void {
    if (document.hidden || performance.now() - this.#paintedAtMs < this.#frozenMs) return;
    this.#listener.picture({ state: 'lost', since: this.#last, detail: this.#reason ?? 'The camera sends no new picture' });
  }

  /** A hidden tab paints nothing: that is not a loss. */
  readonly #shown = (): void => {
    this.#paintedAtMs = performance.now();
  };
}
