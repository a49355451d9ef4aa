import type { CameraFacet } from '../adapter/contract.ts';
import type { Clock, EpochMs } from '../domain/clock.ts';
import type { Priority } from '../domain/incident.ts';
import type { PointId } from '../domain/point.ts';
import { defaultPtzPolicy, ROUTINE_PRIORITY } from '../domain/ptz.ts';
import type { PtzHolder, PtzPolicy, PtzState, PtzVelocity } from '../domain/ptz.ts';
import { Arbiter } from './arbiter.ts';
import type { Claim } from './arbiter.ts';
import { Mover } from './mover.ts';

/** A camera may be connecting when an incident opens. */
const RETRY_MS = 2000;
const TRIES = 15;
/** A lease that is longer by less than this is not told again. */
const TELL_MS = 1000;

/** What a dispatcher tells a camera. */
export type PtzOrder =
  | ({ readonly action: 'move' } & PtzVelocity)
  | { readonly action: 'stop' }
  | { readonly action: 'preset'; readonly preset: string }
  | { readonly action: 'home' }
  /** Lets go of the camera, for others and for what waits. */
  | { readonly action: 'release' };

/** A preset that something other than a person wants: an incident, the effect of a rule, a patrol. */
export interface AutomaticMove {
  /** The same again renews it; `release` ends it. */
  readonly id: string;
  readonly kind: 'alarm' | 'patrol';
  readonly camera: PointId;
  readonly preset: string;
  readonly priority: Priority;
  /** What wants it, in words for dispatchers: the incident's title, the rule. */
  readonly by: string;
  readonly incident?: string;
  /** Instead of what the site says for the camera. */
  readonly forSeconds?: number;
  /** When it began to want it, if not now: before a restart. */
  readonly since?: EpochMs;
}

/** A camera as the site describes it, as far as moving it goes. */
export interface MovedCamera {
  readonly id: PointId;
  readonly name: string;
  readonly ptz?: PtzPolicy;
}

export interface PtzControlOptions {
  readonly cameras: readonly MovedCamera[];
  /** @throws Error saying why the camera's device cannot be reached. */
  readonly facet: (camera: PointId) => CameraFacet;
  readonly clock: Clock;
  /** Tells consoles who holds a camera. */
  readonly publish: (state: PtzState) => void;
  /** Writes a line of the log; `by` is undefined for what the gateway does itself. */
  readonly audit: (line: { by: string | undefined; point: PointId; text: string }) => void;
}

/** Somebody or something with a better claim holds the camera; the message says who, since when and until when. */
export class CameraHeld extends Error {
  override readonly name = 'CameraHeld';
}

interface Head {
  readonly camera: MovedCamera;
  readonly policy: PtzPolicy;
  readonly mover: Mover;
  /** The preset to which it was sent last, undefined when it has been moved by hand since. */
  preset?: string | undefined;
  /** Where it was when the first alarm took it. */
  before?: string | undefined;
  toldUntil: number;
  cancelLater: () => void;
}

/** The one place from which cameras are moved: by dispatchers, incidents and rules, as the arbiter decides. */
export class PtzControl {
  readonly #options: PtzControlOptions;
  readonly #heads: ReadonlyMap<PointId, Head>;
  readonly #arbiter: Arbiter;

  constructor(options: PtzControlOptions) {
    this.#options = options;
    const { cameras, clock, facet } = options;
    this.#arbiter = new Arbiter(clock, (camera, holder, before) => this.#changed(camera, holder, before));
    this.#heads = new Map(
      cameras.map((camera) => [
        camera.id,
        {
          camera,
          policy: camera.ptz ?? defaultPtzPolicy,
          mover: new Mover({
            camera: camera.id,
            facet: () => facet(camera.id),
            clock,
            failed: (error) => this.#note(camera.id, `${camera.name} could not be stopped: ${error.message}`),
          }),
          toldUntil: 0,
          cancelLater: () => undefined,
        },
      ]),
    );
  }

  /** Who holds a camera. */
  holder(camera: PointId): PtzHolder | undefined {
    const holder = this.#arbiter.holder(camera);
    return holder && withoutId(holder);
  }

  /** Wants a camera at a preset; it turns there at once, or when it is this one's turn. What fails is tried again, and told in the log. */
  automatic({ id, kind, camera, preset, priority, by, incident, forSeconds, since = this.#options.clock.now() }: AutomaticMove): void {
    const head = this.#heads.get(camera);
    if (head === undefined) return;
    const seconds = forSeconds ?? head.policy.alarmSeconds;
    const until = seconds === undefined ? undefined : since + seconds * 1000;
    if (until !== undefined && until <= this.#options.clock.now()) return;
    const holder = this.#arbiter.claim(camera, {
      id,
      kind,
      by,
      priority,
      since,
      preset,
      ...(incident !== undefined && { incident }),
      ...(until !== undefined && { until }),
    });
    if (holder !== undefined) this.#note(camera, `${head.camera.name} is not turned to ${preset} for ${by}: ${this.#words(holder)}`);
  }

  /** What stands under an id, whether it holds its camera or waits. */
  standing(id: string): boolean {
    return [...this.#heads.keys()].some((camera) => this.#arbiter.claims(camera).some((claim) => claim.id === id));
  }

  /** Ends what `automatic` began, on every camera. */
  release(id: string): void {
    for (const camera of this.#heads.keys()) if (this.#arbiter.claims(camera).some((claim) => claim.id === id)) this.#arbiter.release(camera, id);
  }

  /**
   * Carries out a dispatcher's order; resolves when the camera has agreed. `priority`: of the incident for which it is moved.
   * @throws CameraHeld, or Error with a sentence for the dispatcher when the camera cannot do it.
   */
  async manual(camera: PointId, order: PtzOrder, by: string, priority: Priority = ROUTINE_PRIORITY): Promise<void> {
    const head = this.#heads.get(camera);
    if (head === undefined) throw new Error('there is no such camera');
    const id = `by hand: ${by}`;
    const holds = this.#arbiter.holder(camera)?.id === id;
    if (order.action === 'release') {
      this.#arbiter.release(camera, id);
      return;
    }
    // A key that comes up after the camera was taken away must not stop what took it.
    if (order.action === 'stop' && !holds) return;
    const now = this.#options.clock.now();
    const until = now + head.policy.leaseSeconds * 1000;
    const holder = this.#arbiter.claim(camera, { id, kind: 'manual', by, priority, since: now, until });
    if (holder !== undefined) throw new CameraHeld(this.#words(holder));
    if (holds && until - head.toldUntil >= TELL_MS) this.#tell(head);
    await this.#obey(head, order, by);
  }

  /** Stops what is moving by hand. */
  async close(): Promise<void> {
    this.#arbiter.close();
    for (const { cancelLater } of this.#heads.values()) cancelLater();
    await Promise.all([...this.#heads.values()].map(({ mover }) => mover.close()));
  }

  async #obey(head: Head, order: Exclude<PtzOrder, { action: 'release' }>, by: string): Promise<void> {
    const { mover, camera } = head;
    if (order.action === 'stop') return mover.stop();
    if (order.action === 'move') {
      head.preset = undefined;
      return mover.move({ pan: order.pan, tilt: order.tilt, zoom: order.zoom });
    }
    const preset = order.action === 'preset' ? order.preset : undefined;
    await (preset === undefined ? mover.home() : mover.goTo(preset));
    head.preset = preset;
    this.#options.audit({ by, point: camera.id, text: `turned ${camera.name} ${preset === undefined ? 'home' : `to ${preset}`}` });
  }

  #changed(camera: PointId, holder: Claim | undefined, before: Claim | undefined): void {
    const head = this.#heads.get(camera);
    if (head === undefined) return;
    head.cancelLater();
    this.#tell(head);
    if (before === undefined) head.before = head.preset;
    if (holder === undefined) {
      const wait = before?.kind === 'manual' ? head.policy.returnSeconds * 1000 : 0;
      if (head.policy.afterwards !== 'stay') this.#later(head, wait, () => this.#return(head));
    } else if (holder.preset !== undefined) this.#hold(head, holder, holder.preset, TRIES);
    else this.#options.audit({ by: holder.by, point: camera, text: `steers ${head.camera.name}` });
  }

  /** Turns to the preset of the claim that holds the camera, and tries again while it cannot be reached. */
  #hold(head: Head, holder: Claim, preset: string, tries: number): void {
    const { camera, mover } = head;
    mover.goTo(preset).then(
      () => {
        head.preset = preset;
        this.#note(camera.id, `turned ${camera.name} to ${preset}: ${holder.by}`);
      },
      (error: unknown) => {
        if (this.#arbiter.holder(camera.id)?.id !== holder.id) return;
        if (tries === TRIES || tries === 1) this.#note(camera.id, `${camera.name} cannot be turned to ${preset}: ${(error as Error).message}`);
        if (tries > 1) this.#later(head, RETRY_MS, () => this.#hold(head, holder, preset, tries - 1));
      },
    );
  }

  #return(head: Head): void {
    const { camera, mover, policy, before } = head;
    const preset = policy.afterwards === 'previous' ? before : undefined;
    head.preset = preset;
    (preset === undefined ? mover.home() : mover.goTo(preset)).then(
      () => this.#note(camera.id, `turned ${camera.name} back ${preset === undefined ? 'home' : `to ${preset}`}`),
      (error: unknown) => this.#note(camera.id, `${camera.name} cannot be turned back: ${(error as Error).message}`),
    );
  }

  #later(head: Head, delayMs: number, action: () => void): void {
    head.cancelLater();
    head.cancelLater = this.#options.clock.after(delayMs, action);
  }

  #tell(head: Head): void {
    const holder = this.holder(head.camera.id);
    head.toldUntil = holder?.until ?? 0;
    this.#options.publish({ camera: head.camera.id, ...(holder && { holder }) });
  }

  #note(point: PointId, text: string): void {
    this.#options.audit({ by: undefined, point, text });
  }

  /** Who holds a camera, to the second. */
  #words({ kind, by, since, until, priority }: Claim): string {
    const now = this.#options.clock.now();
    const seconds = (ms: number) => `${Math.max(0, Math.ceil(ms / 1000))} s`;
    const who = kind === 'manual' ? `${by} has steered it` : `"${by}" (priority ${priority}) has held it`;
    const end = until === undefined ? 'until it is closed' : `free in ${seconds(until - now)}${kind === 'manual' ? `, unless ${by} goes on` : ''}`;
    return `${who} for ${seconds(now - since)}; ${end}`;
  }
}

function withoutId({ id: _id, ...holder }: Claim): PtzHolder {
  return holder;
}
