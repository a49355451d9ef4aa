import type { DoorFacet } from '../adapter/contract.ts';
import type { Clock } from '../domain/clock.ts';
import type { DoorState, LockPhysicalState } from '../domain/door.ts';
import type { PointId } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';
import type { DoorTarget, ThreatDoorCommand, ThreatDoorOutcome } from '../domain/threat.ts';
import type { HeldDoor, ThreatStore } from '../store/threat-store.ts';

export interface ThreatDoorsOptions {
  readonly site: Pick<Site, 'doors'>;
  readonly store: ThreatStore;
  /** The door's device. @throws Error with a sentence for the dispatcher when it cannot be reached. */
  readonly doors: (door: PointId) => DoorFacet;
  readonly state: (door: PointId) => DoorState | undefined;
  /** Whether the door stands unlocked, and not just for somebody who goes through. */
  readonly standsUnlocked: (door: PointId) => boolean;
  readonly clock: Clock;
  /** Called after each change of a door, soon after it; the doors that could not be commanded since the last call. */
  readonly changed: (failed: readonly HeldDoor[]) => void;
  readonly storeFailed: (error: unknown) => void;
}

/** Doors of a device that was not online are tried again after this time. */
const REACH_AGAIN_MS = 1000;
/** What comes together is stored and told together. */
const GATHER_MS = 100;

const lockAfter: Readonly<Record<ThreatDoorCommand, LockPhysicalState>> = { lock: 'Locked', unlock: 'Unlocked' };
const notDone: readonly ThreatDoorOutcome[] = ['failed', 'unreachable', 'differs'];

/** Brings doors to what threat levels ask of them and back: all at once, each by itself, and tells how far each has come. */
export class ThreatDoors {
  readonly #options: ThreatDoorsOptions;
  readonly #held: Map<PointId, HeldDoor>;
  readonly #busy = new Set<PointId>();
  readonly #unstored = new Set<PointId>();
  #failed: HeldDoor[] = [];
  #cancelGathering: (() => void) | undefined;
  #cancelReaching: (() => void) | undefined;
  #closed = false;

  /** With the doors as they were when the gateway stopped; `aim` carries on with what was not carried out. */
  constructor(options: ThreatDoorsOptions) {
    this.#options = options;
    const known = new Set(options.site.doors.map(({ id }) => id));
    const stored = options.store.all().filter(({ door }) => known.has(door));
    this.#held = new Map(stored.map((held) => [held.door, held.outcome === 'done' || held.outcome === 'failed' ? held : waiting(held, held.at)]));
  }

  get all(): readonly HeldDoor[] {
    return [...this.#held.values()];
  }

  /** Commands every door that is not yet what it is to be; one that no level asks for any more becomes what it was. Returns before the doors answer. */
  aim(targets: ReadonlyMap<PointId, DoorTarget>): void {
    const gone = this.all.filter(({ level, outcome }) => level === undefined && outcome === 'done').map(({ door }) => door);
    for (const door of gone) this.#held.delete(door);
    for (const { id } of this.#options.site.doors) {
      const next = this.#aimed(id, targets.get(id));
      if (next !== undefined) this.#held.set(id, next);
    }
    // Before the first command: whatever happens next, a restart knows what each door was.
    this.#save(this.all, gone);
    this.#gather();
    for (const door of this.#held.keys()) void this.#drive(door);
  }

  /** Commands again what is not as it should be. Returns how many doors these are. */
  retry(): number {
    const again = this.all.filter(({ outcome }) => notDone.includes(outcome));
    for (const held of again) this.#again(held);
    return again.length;
  }

  /** Compares a door with what it is to be. */
  saw(state: DoorState): void {
    const held = this.#held.get(state.door);
    if (held === undefined || !state.current || state.lock === 'Unknown') return;
    const isSo = state.lock === lockAfter[held.command];
    const outcome =
      isSo && (held.outcome === 'commanded' || held.outcome === 'differs') ? 'done' : !isSo && held.outcome === 'done' ? 'differs' : undefined;
    // A door that was given back lives its own life.
    if (outcome !== undefined && (held.level !== undefined || outcome === 'done')) this.#set({ ...held, outcome, at: this.#options.clock.now() });
  }

  close(): void {
    this.#closed = true;
    this.#cancelReaching?.();
    this.#cancelGathering?.();
    this.#flush();
  }

  #aimed(door: PointId, target: DoorTarget | undefined): HeldDoor | undefined {
    const held = this.#held.get(door);
    const at = this.#options.clock.now();
    if (target === undefined) {
      if (held?.level === undefined) return undefined;
      return { door, command: held.afterwards, afterwards: held.afterwards, outcome: 'waiting', at };
    }
    const { command, level } = target;
    const before = held?.afterwards ?? (this.#options.standsUnlocked(door) ? 'unlock' : 'lock');
    const afterwards = level.afterwards === 'locked' ? 'lock' : before;
    if (held?.level !== undefined && held.command === command) return { ...held, level: level.id, afterwards };
    return { door, command, level: level.id, afterwards, outcome: 'waiting', at };
  }

  /** One command after the other to each door; what it is to be may change while one is under way. */
  async #drive(door: PointId): Promise<void> {
    if (this.#busy.has(door)) return;
    this.#busy.add(door);
    for (let held = this.#held.get(door); held?.outcome === 'waiting' && !this.#closed; held = this.#held.get(door)) {
      const next = await this.#command(held);
      if (this.#held.get(door) === held) this.#set(next);
    }
    this.#busy.delete(door);
  }

  async #command(held: HeldDoor): Promise<HeldDoor> {
    const { clock, doors, state } = this.#options;
    const outOfReach = this.#outOfReach(held.door);
    if (outOfReach !== undefined) return { ...held, outcome: 'unreachable', reason: outOfReach, at: clock.now() };
    try {
      await doors(held.door).command(held.door, held.command);
    } catch (error) {
      const lost = this.#outOfReach(held.door);
      return { ...held, outcome: lost === undefined ? 'failed' : 'unreachable', reason: lost ?? sentence(error), at: clock.now() };
    }
    const known = state(held.door);
    const isSo = known?.current === true && known.lock === lockAfter[held.command];
    return { ...held, outcome: isSo ? 'done' : 'commanded', at: clock.now() };
  }

  /** Why the door's device takes no command now; undefined when it does. */
  #outOfReach(door: PointId): string | undefined {
    try {
      this.#options.doors(door);
      return undefined;
    } catch (error) {
      return sentence(error);
    }
  }

  #set(held: HeldDoor): void {
    this.#held.set(held.door, held);
    this.#unstored.add(held.door);
    if (held.outcome === 'failed' || held.outcome === 'unreachable') this.#failed.push(held);
    if (held.outcome === 'unreachable') this.#reachLater();
    this.#gather();
  }

  #again(held: HeldDoor): void {
    this.#set(waiting(held, this.#options.clock.now()));
    void this.#drive(held.door);
  }

  /** A device that comes online finds its doors' commands waiting. */
  #reachLater(): void {
    if (this.#closed) return;
    this.#cancelReaching ??= this.#options.clock.after(REACH_AGAIN_MS, () => {
      this.#cancelReaching = undefined;
      const unreachable = this.all.filter(({ outcome }) => outcome === 'unreachable');
      for (const held of unreachable) if (this.#outOfReach(held.door) === undefined) this.#again(held);
      if (this.all.some(({ outcome }) => outcome === 'unreachable')) this.#reachLater();
    });
  }

  #gather(): void {
    if (this.#closed) return;
    this.#cancelGathering ??= this.#options.clock.after(GATHER_MS, () => {
      this.#cancelGathering = undefined;
      this.#flush();
    });
  }

  #flush(): void {
    const changed = [...this.#unstored].flatMap((door) => this.#held.get(door) ?? []);
    this.#unstored.clear();
    if (changed.length > 0) this.#save(changed, []);
    if (!this.#closed) this.#options.changed(this.#failed.splice(0));
  }

  #save(held: readonly HeldDoor[], gone: readonly PointId[]): void {
    try {
      this.#options.store.save(held, gone);
    } catch (error) {
      // The doors come first; a restart would command them again.
      for (const { door } of held) this.#unstored.add(door);
      this.#options.storeFailed(error);
    }
  }
}

function waiting({ reason: _over, ...held }: HeldDoor, at: number): HeldDoor {
  return { ...held, outcome: 'waiting', at };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
