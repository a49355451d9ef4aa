import type { Logger } from 'pino';
import type { Principal } from '../access/accounts.ts';
import type { Fleet } from '../adapter/fleet.ts';
import { pause } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { PointId } from '../domain/point.ts';
import type { Site } from '../domain/site.ts';
import { doorTargets, levelsInForce, maySet } from '../domain/threat.ts';
import type { ThreatInForce, ThreatLevel, ThreatState } from '../domain/threat.ts';
import { GATEWAY } from '../incidents/life-cycle.ts';
import type { Intake } from '../intake/intake.ts';
import type { Journal } from '../intake/journal.ts';
import type { BookWriter } from '../store/book-writer.ts';
import type { Store } from '../store/database.ts';
import { ThreatStore } from '../store/threat-store.ts';
import type { HeldDoor } from '../store/threat-store.ts';
import type { Desk } from './desk.ts';
import { Refusal } from './operations.ts';
import { ThreatDoors } from './threat-doors.ts';
import type { ThreatDoorsOptions } from './threat-doors.ts';

export interface ThreatLevelsOptions extends Pick<ThreatDoorsOptions, 'store' | 'doors' | 'clock' | 'storeFailed'> {
  readonly site: Site;
  readonly desk: Desk;
  /** Weighs what is open by the levels in force. */
  readonly book: Pick<BookWriter, 'apply'>;
  readonly journal: Pick<Journal, 'latestOfEach' | 'read'>;
  /** Puts an event into the journal, from where the rules learn of it. Rejects when it cannot be written. */
  readonly report: (device: PointId, signal: DeviceSignal) => Promise<void>;
  readonly audit: (line: { by: string; text: string; point?: PointId }) => void;
}

/** What somebody asks for. `scope`: the site's identifier, or an area's. */
export interface ThreatRequest {
  readonly level: string;
  readonly scope: PointId;
  readonly note: string;
}

/** A door that is unlocked for so long is unlocked on purpose; before, somebody may just be going through. */
const STANDS_UNLOCKED_MS = 60_000;
const REPORT_AGAIN_MS = 5000;
/** A line of the log stays one that a person reads; the console lists every door. */
const MOST_NAMED = 10;

/**
 * Which threat levels are in force: set and lifted by those whom the site file names. The journal holds them, so that rules and replays know of them and a
 * restart finds them; the doors are commanded whether or not it can be written.
 */
export class ThreatLevels {
  readonly #options: ThreatLevelsOptions;
  readonly #levels: ReadonlyMap<string, ThreatLevel>;
  readonly #inForce = new Map<PointId, ThreatInForce>();
  readonly #doors: ThreatDoors;
  readonly #closing = new AbortController();
  readonly #unsubscribe: () => void;
  #told: Promise<void> = Promise.resolve();

  constructor(options: ThreatLevelsOptions) {
    this.#options = options;
    const { site, desk, journal, clock } = options;
    this.#levels = new Map(site.threatLevels?.map((level) => [level.id, level]));
    const states = new Map(desk.state().doors.map((state) => [state.door, state]));
    this.#doors = new ThreatDoors({
      ...options,
      state: (door) => states.get(door),
      standsUnlocked(door) {
        const [latest] = journal.read({ point: door, kind: 'door.unlocked', limit: 1, newestFirst: true });
        return latest?.phase === 'raised' && latest.eventAt <= clock.now() - STANDS_UNLOCKED_MS;
      },
      changed: (failed) => this.#changed(failed),
    });
    this.#unsubscribe = desk.subscribe(({ doors = [] }) => {
      for (const state of doors) {
        states.set(state.door, state);
        this.#doors.saw(state);
      }
    });
    this.#resume();
  }

  get state(): ThreatState {
    return {
      inForce: [...this.#inForce.values()],
      doors: this.#doors.all.map(({ afterwards: _ours, ...door }) => door),
    };
  }

  /** Sets a level for the site or an area, in place of the one that was set there; returns before the doors have answered. @throws Refusal. */
  set({ level: id, scope, note }: ThreatRequest, by: Principal): ThreatState {
    const level = this.#levels.get(id);
    if (level === undefined)
      throw new Refusal('unknown', `there is no threat level ${id}; there are: ${[...this.#levels.keys()].join(', ') || 'none'}`);
    const where = this.#place(scope);
    const before = this.#inForce.get(scope);
    if (before?.level === id) throw new Refusal('conflict', `${level.title} is in force for ${where} already, set by ${before.by}`);
    this.#demand(level, by);
    if (before !== undefined) this.#demand(this.#levels.get(before.level), by);
    this.#inForce.set(scope, { scope, level: id, by: by.name, at: this.#options.clock.now(), note });
    this.#aim();
    this.#tell(scope, 'raised', { level: id, by: by.name, note });
    const instead = before === undefined ? '' : ` instead of ${this.#title(before.level)}`;
    this.#options.audit({ by: by.name, text: `set threat level ${level.title} for ${where}${instead} (${note})` });
    return this.state;
  }

  /** Lifts the level of a scope, or every level: each door becomes what it was, unless another level asks for it. @throws Refusal. */
  lift(scope: PointId | undefined, by: Principal): ThreatState {
    if (scope !== undefined) this.#place(scope);
    const lifted = [...this.#inForce.values()].filter((each) => scope === undefined || each.scope === scope);
    if (lifted.length === 0) throw new Refusal('conflict', 'no threat level is in force there: nothing to restore');
    for (const { level } of lifted) this.#demand(this.#levels.get(level), by);
    for (const each of lifted) this.#inForce.delete(each.scope);
    this.#aim();
    for (const each of lifted) this.#lifted(each, by.name);
    return this.state;
  }

  /** Commands again the doors that failed, could not be reached or are otherwise by now. @throws Refusal. */
  retry(by: Principal): ThreatState {
    const some = [...this.#levels.values()].some((level) => maySet(level, by));
    if (!some) throw new Refusal('forbidden', `${by.name} may set no threat level: see "setBy" in the site file`);
    const doors = this.#doors.retry();
    if (doors === 0) throw new Refusal('conflict', 'no door has failed: nothing to try again');
    this.#options.audit({ by: by.name, text: `tried again to command ${doors === 1 ? 'the door' : `${doors} doors`} of the threat level` });
    return this.state;
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#closing.abort(new Error('the gateway is stopping'));
    this.#doors.close();
    await this.#told;
  }

  /** What was in force when the gateway stopped. What the site file does not declare any more is lifted. */
  #resume(): void {
    const { journal, site } = this.#options;
    const places = new Set([site.id, ...site.areas.map(({ id }) => id)]);
    const standing = journal.latestOfEach().filter(({ kind, phase }) => kind === 'threat.level' && phase === 'raised');
    const found = standing.map(({ point, eventAt, details }): ThreatInForce => {
      return { scope: point, level: String(details['level']), by: String(details['by']), at: eventAt, note: String(details['note']) };
    });
    const isDeclared = ({ scope, level }: ThreatInForce) => places.has(scope) && this.#levels.has(level);
    for (const each of found.filter(isDeclared)) this.#inForce.set(each.scope, each);
    this.#aim();
    for (const each of found.filter((one) => !isDeclared(one))) this.#lifted(each, GATEWAY, ': the site file does not declare it any more');
  }

  #aim(): void {
    const { site, desk, book, clock } = this.#options;
    const { inForce } = this.state;
    this.#doors.aim(doorTargets(site, inForce));
    book.apply({ type: 'threats', inForce: levelsInForce(site, inForce), at: clock.now() });
    desk.publish({ threats: this.state });
  }

  #lifted({ scope, level }: ThreatInForce, by: string, because = ''): void {
    this.#tell(scope, 'restored', { level, by, note: '' });
    this.#options.audit({ by, text: `lifted threat level ${this.#title(level)} for ${this.#name(scope)}${because}` });
  }

  /** In order, until the journal takes it. */
  #tell(scope: PointId, phase: 'raised' | 'restored', said: { level: string; by: string; note: string }): void {
    const { report, clock, site } = this.#options;
    const details = { scope: scope === site.id ? 'site' : 'area', ...said };
    const { signal } = this.#closing;
    const send = async () => {
      for (;;) {
        const taken = await report(GATEWAY, { kind: 'threat.level', point: scope, phase, details }).then(
          () => true,
          () => false,
        );
        if (taken || signal.aborted) return;
        await pause(clock, REPORT_AGAIN_MS, signal).catch(() => undefined);
      }
    };
    this.#told = this.#told.then(send);
  }

  #changed(failed: readonly HeldDoor[]): void {
    const { desk, audit, site } = this.#options;
    desk.publish({ threats: this.state });
    if (failed.length === 0) return;
    const names = new Map(site.doors.map(({ id, name }) => [id, name]));
    const named = failed.slice(0, MOST_NAMED).map(({ door, command, reason }) => `${command} ${names.get(door) ?? door}: ${reason ?? ''}`);
    const more = failed.length > MOST_NAMED ? `; and ${failed.length - MOST_NAMED} more` : '';
    const which = failed.length === 1 ? 'a door' : `${failed.length} doors`;
    audit({ by: GATEWAY, text: `could not carry out the threat level at ${which}: ${named.join('; ')}${more}` });
  }

  #demand(level: ThreatLevel | undefined, by: Principal): void {
    if (level === undefined || maySet(level, by)) return;
    const { roles, accounts } = level.setBy;
    throw new Refusal(
      'forbidden',
      `${level.title} is set and lifted by ${[...roles.map((role) => `the role ${role}`), ...accounts].join(', ')} only`,
    );
  }

  #place(scope: PointId): string {
    const { site } = this.#options;
    if (scope !== site.id && !site.areas.some(({ id }) => id === scope)) throw new Refusal('unknown', `there is no area ${scope}`);
    return this.#name(scope);
  }

  #name(scope: PointId): string {
    const { site } = this.#options;
    return scope === site.id ? 'the whole site' : (site.areas.find(({ id }) => id === scope)?.name ?? scope);
  }

  #title(level: string): string {
    return this.#levels.get(level)?.title ?? level;
  }
}

/** The parts of a gateway that threat levels stand on. */
export interface ThreatParts extends Pick<ThreatLevelsOptions, 'site' | 'desk' | 'book' | 'journal' | 'clock' | 'audit'> {
  readonly store: Store;
  readonly intake: Intake;
  readonly fleet: Fleet;
  readonly log: Logger;
}

export function openThreatLevels({ store, intake, fleet, log, ...parts }: ThreatParts): ThreatLevels {
  return new ThreatLevels({
    ...parts,
    store: new ThreatStore(store),
    doors: (door) => fleet.doors(door),
    report: (device, signal) => intake.report(device, signal),
    storeFailed: (error) => log.error({ err: error }, 'what threat levels do to doors cannot be stored; the doors are commanded all the same'),
  });
}
