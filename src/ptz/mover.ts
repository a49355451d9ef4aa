import type { CameraFacet } from '../adapter/contract.ts';
import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { PtzVelocity } from '../domain/ptz.ts';

/** A console says again and again that the key is still down; without a word for so long, the camera is stopped. */
export const DEAD_MAN_MS = 1000;
/** Should the gateway itself be gone, or its stop be lost, the camera stops by itself. */
const DEVICE_TIMEOUT_MS = 5000;
/** Told again in time before that. */
const REFRESH_MS = 2000;

export interface MoverOptions {
  readonly camera: PointId;
  /** @throws Error saying why the camera's device cannot be reached. */
  readonly facet: () => CameraFacet;
  readonly clock: Clock;
  /** The stop of the dead man failed; nobody waits for it. */
  readonly failed: (error: Error) => void;
}

/** Carries out one camera's orders, one after another. An order that a later one has overtaken by then is left out. */
export class Mover {
  readonly #options: MoverOptions;
  #turn: Promise<void> = Promise.resolve();
  #newest = 0;
  #moving: { readonly velocity: PtzVelocity; readonly sentAtMs: number } | undefined;
  #cancelDeadMan: () => void = () => undefined;

  constructor(options: MoverOptions) {
    this.#options = options;
  }

  /** Keeps turning until `stop`, another order, or the dead man's time without being called again. */
  async move(velocity: PtzVelocity): Promise<void> {
    const { camera, clock, failed } = this.#options;
    this.#cancelDeadMan();
    this.#cancelDeadMan = clock.after(DEAD_MAN_MS, () => void this.stop().catch(failed));
    const now = clock.monotonicMs();
    if (this.#moving !== undefined && same(this.#moving.velocity, velocity) && now - this.#moving.sentAtMs < REFRESH_MS) return;
    this.#moving = { velocity, sentAtMs: now };
    await this.#inTurn(async (facet) => {
      if (facet.move === undefined) throw new Error('its adapter has no control by hand');
      await facet.move(camera, velocity, DEVICE_TIMEOUT_MS);
    }).catch((error: unknown) => {
      this.#rest();
      throw error;
    });
  }

  async stop(): Promise<void> {
    this.#rest();
    await this.#inTurn(async (facet) => facet.stop?.(this.#options.camera));
  }

  /** Turns to a preset. */
  async goTo(preset: string): Promise<void> {
    this.#rest();
    await this.#inTurn(async (facet) => {
      if (facet.gotoPreset === undefined) throw new Error('its adapter has no presets');
      await facet.gotoPreset(this.#options.camera, preset);
    });
  }

  async home(): Promise<void> {
    this.#rest();
    await this.#inTurn(async (facet) => {
      if (facet.home === undefined) throw new Error('its adapter has no home position');
      await facet.home(this.#options.camera);
    });
  }

  /** Stops what the dead man would have stopped; resolves when it is done, or could not be. */
  async close(): Promise<void> {
    if (this.#moving !== undefined) await this.stop().catch(() => undefined);
    this.#rest();
    await this.#turn;
  }

  #rest(): void {
    this.#cancelDeadMan();
    this.#moving = undefined;
  }

  #inTurn(order: (facet: CameraFacet) => Promise<void>): Promise<void> {
    this.#newest += 1;
    const own = this.#newest;
    const done = this.#turn.then(async () => {
      if (own === this.#newest) await order(this.#options.facet());
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function same(a: PtzVelocity, b: PtzVelocity): boolean {
  return a.pan === b.pan && a.tilt === b.tilt && a.zoom === b.zoom;
}
