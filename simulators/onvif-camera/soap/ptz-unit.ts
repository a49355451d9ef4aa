/** Pan and tilt from -1 to 1, zoom from 0 to 1. */
export interface Axes {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

type Axis = keyof Axes;
const axes: readonly Axis[] = ['pan', 'tilt', 'zoom'];
const least: Axes = { pan: -1, tilt: -1, zoom: 0 };
/** At full speed: from end to end in four seconds. */
const PER_SECOND = 0.5;
/** To a preset it turns faster. */
const PRESET_PER_SECOND = 2;
/** DefaultPTZTimeout: how long a movement goes on that names no time. */
const DEFAULT_TIMEOUT_MS = 10_000;

interface Movement {
  readonly from: Axes;
  readonly velocity: Axes;
  readonly beganMs: number;
  readonly endsMs: number;
  /** Where it ends, when it was sent to a position. */
  readonly to?: Axes;
}

/** A head that turns and a lens that zooms. Where they are is reckoned from what moved them and when; nothing runs meanwhile. */
export class PtzUnit {
  readonly #now: () => number;
  #movement: Movement = { from: { pan: 0, tilt: 0, zoom: 0 }, velocity: { pan: 0, tilt: 0, zoom: 0 }, beganMs: 0, endsMs: 0 };

  /** @param now milliseconds that never jump */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Moves the axes that are named, each at a share of the full speed; the others go on as they did. */
  move(velocity: Partial<Axes>, timeoutMs = DEFAULT_TIMEOUT_MS): void {
    const begun = this.#velocity();
    this.#begin({ ...begun, ...scaled(velocity) }, timeoutMs);
  }

  stop(panTilt: boolean, zoom: boolean): void {
    const left = this.#movement.endsMs - this.#now();
    this.#begin({ ...this.#velocity(), ...(panTilt && { pan: 0, tilt: 0 }), ...(zoom && { zoom: 0 }) }, Math.max(0, left));
  }

  /** Straight to a position, every axis arriving at once. */
  goTo(position: Axes): void {
    const { from } = this.#at();
    const seconds = Math.max(...axes.map((axis) => Math.abs(position[axis] - from[axis]))) / PRESET_PER_SECOND;
    const velocity = seconds === 0 ? { pan: 0, tilt: 0, zoom: 0 } : each((axis) => (position[axis] - from[axis]) / seconds);
    this.#begin(velocity, seconds * 1000, position);
  }

  status(): Axes & { readonly turning: boolean; readonly zooming: boolean } {
    const { from } = this.#at();
    const velocity = this.#velocity();
    return { ...from, turning: velocity.pan !== 0 || velocity.tilt !== 0, zooming: velocity.zoom !== 0 };
  }

  #begin(velocity: Axes, forMs: number, to?: Axes): void {
    const { from, now } = this.#at();
    this.#movement = { from, velocity, beganMs: now, endsMs: now + forMs, ...(to && { to }) };
  }

  /** What moves at present; an axis at its end does not. */
  #velocity(): Axes {
    const { from, now } = this.#at();
    if (now >= this.#movement.endsMs) return { pan: 0, tilt: 0, zoom: 0 };
    return each((axis) => {
      const velocity = this.#movement.velocity[axis];
      const end = velocity > 0 ? 1 : least[axis];
      return from[axis] === end ? 0 : velocity;
    });
  }

  #at(): { readonly from: Axes; readonly now: number } {
    const now = this.#now();
    const { from, velocity, beganMs, endsMs, to } = this.#movement;
    if (to !== undefined && now >= endsMs) return { now, from: to };
    const seconds = (Math.min(now, endsMs) - beganMs) / 1000;
    return { now, from: each((axis) => Math.max(least[axis], Math.min(1, from[axis] + velocity[axis] * seconds))) };
  }
}

function scaled(velocity: Partial<Axes>): Partial<Axes> {
  return Object.fromEntries(Object.entries(velocity).map(([axis, share]) => [axis, share * PER_SECOND]));
}

function each(value: (axis: Axis) => number): Axes {
  return { pan: value('pan'), tilt: value('tilt'), zoom: value('zoom') };
}
