import type { PtzVelocity } from '../../domain/ptz.ts';
import type { Clock } from '../../domain/clock.ts';

/** The gateway stops a camera that it has heard nothing about for a second. */
const SAY_AGAIN_MS = 300;
/** Of the full speed: a camera that turns as fast as it can is hard to stop where it should. */
const SPEED = 0.5;

const directions = {
  left: { pan: -SPEED, tilt: 0, zoom: 0 },
  right: { pan: SPEED, tilt: 0, zoom: 0 },
  up: { pan: 0, tilt: SPEED, zoom: 0 },
  down: { pan: 0, tilt: -SPEED, zoom: 0 },
  closer: { pan: 0, tilt: 0, zoom: SPEED },
  farther: { pan: 0, tilt: 0, zoom: -SPEED },
} as const satisfies Record<string, PtzVelocity>;
export type Direction = keyof typeof directions;

type Say = (order: ({ readonly action: 'move' } & PtzVelocity) | { readonly action: 'stop' }) => void;

/** Turns keys that are held down into orders for a camera, said again as long as they are. */
export class Steerer {
  readonly #say: Say;
  readonly #clock: Clock;
  readonly #held = new Set<Direction>();
  #cancel: () => void = () => undefined;

  constructor(say: Say, clock: Clock) {
    this.#say = say;
    this.#clock = clock;
  }

  press(direction: Direction): void {
    if (this.#held.has(direction)) return;
    this.#held.add(direction);
    this.#go();
  }

  lift(direction: Direction): void {
    if (this.#held.delete(direction)) this.#go();
  }

  /** The keys are out of reach: another window, another camera. */
  liftAll(): void {
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#go();
  }

  #go(): void {
    this.#cancel();
    if (this.#held.size === 0) {
      this.#say({ action: 'stop' });
      return;
    }
    this.#say({ action: 'move', ...velocityOf(this.#held) });
    this.#cancel = this.#clock.after(SAY_AGAIN_MS, () => this.#go());
  }
}

function velocityOf(held: ReadonlySet<Direction>): PtzVelocity {
  const of = (axis: keyof PtzVelocity) => [...held].reduce((sum, direction) => sum + directions[direction][axis], 0);
  return { pan: of('pan'), tilt: of('tilt'), zoom: of('zoom') };
}
