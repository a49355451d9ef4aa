import type { Clock } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';

/** Whoever asks within this time is given the same picture: many consoles may show one camera. */
const SHARED_MS = 1_000;
/** Each may cost a camera a request, or the gateway a short run of ffmpeg. */
const MOST_AT_ONCE = 8;

export type TakeStill = (camera: PointId) => Promise<Uint8Array>;

/** Single pictures of now: those that the camera makes, else one from its video. */
export class Stills {
  readonly #ways: readonly TakeStill[];
  readonly #clock: Clock;
  readonly #latest = new Map<PointId, { readonly atMs: number; readonly picture: Promise<Uint8Array> }>();
  #underWay = 0;

  /** `ways`: in the order in which they are tried. */
  constructor(ways: readonly TakeStill[], clock: Clock) {
    this.#ways = ways;
    this.#clock = clock;
  }

  /** @throws Error with a sentence for the dispatcher: why the last way gave none. */
  take(camera: PointId): Promise<Uint8Array> {
    const nowMs = this.#clock.monotonicMs();
    const latest = this.#latest.get(camera);
    if (latest !== undefined && nowMs - latest.atMs < SHARED_MS) return latest.picture;
    if (this.#underWay >= MOST_AT_ONCE) return Promise.reject(new Error('too many pictures are being taken: ask again in a moment'));
    this.#underWay += 1;
    const picture = this.#try(camera).finally(() => (this.#underWay -= 1));
    this.#latest.set(camera, { atMs: nowMs, picture });
    return picture;
  }

  async #try(camera: PointId): Promise<Uint8Array> {
    let failure: unknown = new Error('it gives no single pictures');
    for (const way of this.#ways) {
      try {
        return await way(camera);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
}
