import type { Clock, EpochMs } from '../domain/clock.ts';
import type { PointId } from '../domain/point.ts';
import type { PtzHolder } from '../domain/ptz.ts';

/** Somebody or something that wants a camera to look somewhere. One id has one claim on a camera; made again, it is renewed. */
export interface Claim extends PtzHolder {
  readonly id: string;
}

/**
 * Whether `a` goes before `b`: a patrol gives way to everything; what is more urgent goes first; by hand goes before a preset that is as urgent;
 * and else who was first keeps the camera, so that no picture is taken away from under somebody's eyes by an equal.
 */
export function goesBefore(a: Claim, b: Claim): boolean {
  const byRank = rank(a) - rank(b) || a.priority - b.priority || Number(b.kind === 'manual') - Number(a.kind === 'manual');
  return byRank === 0 ? a.since < b.since : byRank < 0;
}

function rank({ kind }: Claim): number {
  return kind === 'patrol' ? 1 : 0;
}

/** The claim that a camera follows at a moment; undefined when there is none. */
export function holderOf(claims: readonly Claim[], now: EpochMs): Claim | undefined {
  return claims
    .filter((claim) => stands(claim, now))
    .reduce<Claim | undefined>((best, each) => (best && !goesBefore(each, best) ? best : each), undefined);
}

function stands({ until }: Claim, now: EpochMs): boolean {
  return until === undefined || until > now;
}

/** Called when another claim holds the camera than before, or none; not when a claim is renewed. */
type Changed = (camera: PointId, holder: Claim | undefined, before: Claim | undefined) => void;

/** Decides for each camera which claim it follows, and sees claims end. It moves nothing itself. */
export class Arbiter {
  readonly #clock: Clock;
  readonly #changed: Changed;
  readonly #claims = new Map<PointId, readonly Claim[]>();
  readonly #holders = new Map<PointId, Claim>();
  readonly #cancels = new Map<PointId, () => void>();

  constructor(clock: Clock, changed: Changed) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** The claim that the camera follows now. */
  holder(camera: PointId): Claim | undefined {
    return holderOf(this.#claims.get(camera) ?? [], this.#clock.now());
  }

  /** What stands on a camera, whether it holds it or waits. */
  claims(camera: PointId): readonly Claim[] {
    return (this.#claims.get(camera) ?? []).filter((claim) => stands(claim, this.#clock.now()));
  }

  /**
   * Makes or renews a claim; a renewed one keeps the time since which it stands. Returns what holds the camera instead of it, undefined when it has
   * got it. A preset that came second waits for its turn; by hand nobody waits: such a claim is dropped, and so is one that has lost the camera.
   */
  claim(camera: PointId, claim: Claim): Claim | undefined {
    const others = this.claims(camera).filter(({ id }) => id !== claim.id);
    const since = this.claims(camera).find(({ id }) => id === claim.id)?.since ?? claim.since;
    const all = [...others, { ...claim, since }];
    const holder = holderOf(all, this.#clock.now());
    this.#set(
      camera,
      all.filter((each) => each.kind !== 'manual' || each === holder),
    );
    return holder?.id === claim.id ? undefined : holder;
  }

  release(camera: PointId, id: string): void {
    this.#set(
      camera,
      this.claims(camera).filter((claim) => claim.id !== id),
    );
  }

  /** Ends all waiting; nothing is called any more. */
  close(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    this.#claims.clear();
  }

  #set(camera: PointId, claims: readonly Claim[]): void {
    this.#claims.set(camera, claims);
    this.#cancels.get(camera)?.();
    const ends = claims.flatMap(({ until }) => (until === undefined ? [] : [until]));
    if (ends.length > 0) {
      const wait = Math.max(0, Math.min(...ends) - this.#clock.now());
      this.#cancels.set(
        camera,
        this.#clock.after(wait, () => this.#set(camera, this.claims(camera))),
      );
    }
    const before = this.#holders.get(camera);
    const holder = holderOf(claims, this.#clock.now());
    if (holder === undefined) this.#holders.delete(camera);
    else this.#holders.set(camera, holder);
    if (holder?.id !== before?.id) this.#changed(camera, holder, before);
  }
}
