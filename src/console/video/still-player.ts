import type { EpochMs } from '../../domain/clock.ts';
import { CanvasPicture } from './canvas-picture.ts';
import { FROZEN_MS } from './picture.ts';
import type { PlayerListener } from './picture.ts';
import { fetchWithTicket } from './tickets.ts';

const EVERY_MS = 2_000;
const LIMIT_MS = 8_000;
/** What is told of any picture: within 2 s of when the next one was due. */
const STALE_MS = EVERY_MS + FROZEN_MS;
/** After so many refusals without a picture the camera is taken to give none. */
const PATIENCE = 3;

/** Shows the pictures that a camera makes one by one, for cameras whose stream the browser cannot play. */
export class StillPlayer {
  readonly #camera: string;
  readonly #listener: PlayerListener;
  readonly #now: () => EpochMs;
  readonly #picture: CanvasPicture;
  readonly #ended = new AbortController();
  #timer: number | undefined;
  #refusals = 0;

  /** @param now the gateway's clock */
  constructor(camera: string, listener: PlayerListener, now: () => EpochMs) {
    this.#camera = camera;
    this.#listener = listener;
    this.#now = now;
    this.#picture = new CanvasPicture(listener, STALE_MS);
    void this.#look();
  }

  get canvas(): HTMLCanvasElement {
    return this.#picture.canvas;
  }

  close(): void {
    this.#ended.abort();
    window.clearTimeout(this.#timer);
    this.#picture.close();
  }

  async #look(): Promise<void> {
    const beganAtMs = performance.now();
    if (!document.hidden) await this.#fetch();
    if (this.#ended.signal.aborted) return;
    this.#timer = window.setTimeout(() => void this.#look(), Math.max(0, EVERY_MS - (performance.now() - beganAtMs)));
  }

  async #fetch(): Promise<void> {
    const askedAt = this.#now();
    try {
      const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(LIMIT_MS)]);
      const response = await fetchWithTicket('picture', this.#camera, `/api/v1/cameras/${encodeURIComponent(this.#camera)}/snapshot.jpg`, signal);
      const bitmap = await createImageBitmap(await response.blob());
      if (!this.#ended.signal.aborted) this.#picture.paint(bitmap, askedAt);
      bitmap.close();
      this.#refusals = -Infinity;
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      const detail = error instanceof Error ? error.message : String(error);
      this.#refusals += 1;
      if (this.#refusals >= PATIENCE) this.#listener.picture({ state: 'unsupported', detail });
      else this.#picture.lose(detail);
    }
  }
}
