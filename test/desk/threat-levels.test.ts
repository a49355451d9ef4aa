import assert from 'node:assert/strict';
import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import type { Principal } from '../../src/access/accounts.ts';
import { Desk } from '../../src/desk/desk.ts';
import { Refusal } from '../../src/desk/operations.ts';
import { ThreatLevels } from '../../src/desk/threat-levels.ts';
import { unknownDoor } from '../../src/domain/door.ts';
import type { DoorCommand, DoorState } from '../../src/domain/door.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import type { Site } from '../../src/domain/site.ts';
import { doorTargets } from '../../src/domain/threat.ts';
import type { BookInput } from '../../src/incidents/actions.ts';
import { Journal } from '../../src/intake/journal.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { ThreatStore } from '../../src/store/threat-store.ts';
import { level, threatSite } from '../domain/threat-site.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const ann: Principal = { name: 'ann', role: 'dispatcher' };
const site: Site = {
  ...threatSite,
  name: 'Test',
  areas: threatSite.areas.map((area) => ({ ...area, name: area.id })),
  devices: [],
  doors: threatSite.doors.map((door) => ({ ...door, type: 'door', name: door.id, device: 'ctl', heldAfterSeconds: 30, at: {} })),
  readers: [],
  cameras: [],
  panels: [],
  zones: [],
  threatLevels: [...threatSite.threatLevels, level('drill', 1, { setBy: { roles: ['integrator'], accounts: ['eve'] } })],
};

/** A gateway's threat levels with doors that obey, refuse or cannot be reached. */
class Bench {
  readonly clock = new ManualClock();
  readonly commands: string[] = [];
  readonly audit: string[] = [];
  readonly weighed: BookInput[] = [];
  readonly refusing = new Set<string>();
  readonly offline = new Set<string>();
  /** Doors whose lock moves only when the test says so. */
  readonly slow = new Set<string>();
  readonly locks = new Map<string, DoorState['lock']>(site.doors.map(({ id }) => [id, 'Locked']));
  journalFails = false;
  desk = new Desk();
  levels: ThreatLevels;
  readonly #store: Store = openStore(':memory:');
  readonly journal = new Journal(this.#store);

  constructor(doors: Site = site) {
    this.levels = this.#open(doors);
  }

  #open(of: Site): ThreatLevels {
    this.desk.publish({ doors: of.doors.map(({ id }) => this.#state(id)) });
    return new ThreatLevels({
      site: of,
      desk: this.desk,
      book: { apply: (input) => void this.weighed.push(input) },
      journal: this.journal,
      clock: this.clock,
      store: new ThreatStore(this.#store),
      doors: (door) => {
        if (this.offline.has(door)) throw new Error('ctl is offline');
        return { command: (_door, command) => this.#command(door, command) };
      },
      report: (device, signal) => this.report(device, signal),
      audit: ({ by, text }) => this.audit.push(`${by} ${text}`),
      storeFailed: (error) => assert.ifError(error),
    });
  }

  async #command(door: string, command: DoorCommand): Promise<void> {
    await turn();
    this.commands.push(`${command} ${door}`);
    if (this.refusing.has(door)) throw new Error('the controller refuses');
    if (!this.slow.has(door)) this.move(door, command === 'lock' ? 'Locked' : 'Unlocked');
  }

  #state(door: string): DoorState {
    return { ...unknownDoor(door, this.clock.now()), current: true, lock: this.locks.get(door) ?? 'Unknown' };
  }

  move(door: string, lock: DoorState['lock']): void {
    this.locks.set(door, lock);
    this.desk.publish({ doors: [this.#state(door)] });
  }

  report(device: string, signal: DeviceSignal): Promise<void> {
    if (this.journalFails) return Promise.reject(new Error('no disk'));
    const now = this.clock.now();
    this.journal.append([{ details: {}, ...signal, id: `${now}`, device, receivedAt: now, eventAt: now }]);
    return Promise.resolve();
  }

  async restart(of: Site = site): Promise<void> {
    await this.levels.close();
    this.desk = new Desk();
    this.levels = this.#open(of);
  }

  outcomes(): Record<string, string> {
    return Object.fromEntries(this.levels.state.doors.map(({ door, command, outcome }) => [door, `${command} ${outcome}`]));
  }

  settled = () =>
    until('the doors to be settled', async () => {
      await turn();
      return this.levels.state.doors.every(({ outcome }) => outcome !== 'waiting');
    });
}

const set = (bench: Bench, level: string, scope: string) => bench.levels.set({ level, scope, note: 'test' }, ann);
const refusal = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;

describe('threat levels', () => {
  it('command their doors, which are done when their own state shows it, and are restored by one action', async () => {
    const bench = new Bench();
    bench.slow.add('door-yard');
    bench.locks.set('door-yard', 'Unlocked');
    bench.move('door-yard', 'Unlocked');
    set(bench, 'lockdown', 'site');
    await bench.settled();
    assert.deepEqual(bench.outcomes(), {
      'door-lobby': 'lock done',
      'door-vault': 'lock done',
      'door-yard': 'lock commanded',
      'door-nowhere': 'lock done',
    });
    bench.move('door-yard', 'Locked');
    assert.equal(bench.outcomes()['door-yard'], 'lock done');
    bench.levels.lift(undefined, ann);
    await bench.settled();
    assert.deepEqual(bench.levels.state.inForce, []);
    assert.deepEqual(bench.audit, ['ann set threat level lockdown for the whole site (test)', 'ann lifted threat level lockdown for the whole site']);
    await bench.levels.close();
  });

  it('weigh what is open by every level in force, whenever one is set or lifted, and after a restart', async () => {
    const bench = new Bench();
    const last = () => {
      const input = bench.weighed.at(-1);
      assert(input?.type === 'threats');
      return input.inForce.map(({ area = 'everywhere', level: { id } }) => `${id} ${area}`);
    };
    set(bench, 'lockdown', 'site');
    set(bench, 'evacuation', 'yard');
    await bench.settled();
    assert.deepEqual(last(), ['lockdown everywhere', 'evacuation yard']);
    await bench.restart();
    assert.deepEqual(last().sort(), ['evacuation yard', 'lockdown everywhere']);
    bench.levels.lift('site', ann);
    assert.deepEqual(last(), ['evacuation yard']);
    await bench.settled();
    await bench.levels.close();
  });

  it('give back what stood unlocked, and lock what was only unlocked for somebody who went through', async () => {
    const bench = new Bench();
    for (const door of ['door-lobby', 'door-yard']) {
      bench.move(door, 'Unlocked');
      if (door === 'door-yard') bench.clock.advance(120_000);
      await bench.report('ctl', { kind: 'door.unlocked', point: door, phase: 'raised' });
      if (door === 'door-lobby') bench.clock.advance(120_000);
    }
    set(bench, 'lockdown', 'site');
    await bench.settled();
    bench.levels.lift('site', ann);
    await bench.settled();
    assert.equal(bench.locks.get('door-lobby'), 'Unlocked');
    assert.equal(bench.locks.get('door-yard'), 'Locked');
    await bench.levels.close();
  });

  it('list what failed with its reason, and try it again on request', async () => {
    const bench = new Bench();
    bench.refusing.add('door-lobby');
    set(bench, 'lockdown', 'campus');
    await bench.settled();
    const lobby = () => bench.levels.state.doors.find(({ door }) => door === 'door-lobby');
    assert.deepEqual([lobby()?.outcome, lobby()?.reason], ['failed', 'the controller refuses']);
    bench.clock.advance(200);
    assert(bench.audit.includes('sallyport could not carry out the threat level at a door: lock door-lobby: the controller refuses'));
    bench.refusing.clear();
    bench.levels.retry(ann);
    await bench.settled();
    assert.deepEqual([lobby()?.outcome, lobby()?.reason], ['done', undefined]);
    assert.throws(() => bench.levels.retry(ann), refusal('conflict'));
    await bench.levels.close();
  });

  it('reach a door as soon as its device is online', async () => {
    const bench = new Bench();
    bench.offline.add('door-vault');
    set(bench, 'lockdown', 'vault');
    await bench.settled();
    assert.deepEqual(bench.outcomes(), { 'door-vault': 'lock unreachable' });
    bench.clock.advance(5000);
    await bench.settled();
    assert.deepEqual(bench.commands, []);
    bench.offline.clear();
    bench.clock.advance(1000);
    await bench.settled();
    assert.deepEqual(bench.outcomes(), { 'door-vault': 'lock done' });
    await bench.levels.close();
  });

  it('say when a door that was done is otherwise', async () => {
    const bench = new Bench();
    set(bench, 'lockdown', 'vault');
    await bench.settled();
    bench.move('door-vault', 'Unlocked');
    assert.deepEqual(bench.outcomes(), { 'door-vault': 'lock differs' });
    bench.move('door-vault', 'Locked');
    assert.deepEqual(bench.outcomes(), { 'door-vault': 'lock done' });
    await bench.levels.close();
  });

  it('survive a restart: what is in force stays so, and what was not carried out is', async () => {
    const bench = new Bench();
    bench.offline.add('door-vault');
    set(bench, 'lockdown', 'campus');
    await bench.settled();
    bench.clock.advance(200);
    bench.offline.clear();
    bench.commands.length = 0;
    await bench.restart();
    await bench.settled();
    assert.deepEqual(
      bench.levels.state.inForce.map(({ scope, level: id, by, note }) => [scope, id, by, note]),
      [['campus', 'lockdown', 'ann', 'test']],
    );
    assert.deepEqual(bench.commands, ['lock door-vault']);
    assert.deepEqual(bench.outcomes(), { 'door-lobby': 'lock done', 'door-vault': 'lock done' });
    bench.levels.lift('campus', ann);
    await bench.restart();
    assert.deepEqual(bench.levels.state.inForce, []);
    await bench.levels.close();
  });

  it('are lifted when the site file does not declare them any more', async () => {
    const bench = new Bench();
    set(bench, 'lockdown', 'vault');
    await bench.settled();
    await bench.restart({ ...site, threatLevels: [] });
    await bench.settled();
    assert.deepEqual(bench.levels.state.inForce, []);
    assert.equal(bench.audit.at(-1), 'sallyport lifted threat level lockdown for vault: the site file does not declare it any more');
    await bench.levels.close();
  });

  it('are set and lifted by those alone whom the site file names', async () => {
    const bench = new Bench();
    assert.throws(() => set(bench, 'drill', 'site'), refusal('forbidden'));
    bench.levels.set({ level: 'drill', scope: 'site', note: '' }, { name: 'eve', role: 'dispatcher' });
    assert.throws(() => bench.levels.lift(undefined, ann), refusal('forbidden'));
    assert.throws(() => set(bench, 'lockdown', 'site'), refusal('forbidden'));
    bench.levels.lift(undefined, { name: 'ira', role: 'integrator' });
    await bench.levels.close();
  });

  it('are refused for what does not exist, twice, and where there is nothing to lift', async () => {
    const bench = new Bench();
    assert.throws(() => set(bench, 'panic', 'site'), refusal('unknown'));
    assert.throws(() => set(bench, 'lockdown', 'attic'), refusal('unknown'));
    assert.throws(() => bench.levels.lift(undefined, ann), refusal('conflict'));
    set(bench, 'lockdown', 'vault');
    assert.throws(() => set(bench, 'lockdown', 'vault'), refusal('conflict'));
    await bench.levels.close();
  });

  it('command doors although the journal cannot be written, and reach it when it can', async () => {
    const bench = new Bench();
    bench.journalFails = true;
    set(bench, 'lockdown', 'vault');
    await bench.settled();
    assert.deepEqual(bench.outcomes(), { 'door-vault': 'lock done' });
    bench.journalFails = false;
    await until('the journal to be tried again', async () => {
      await turn();
      bench.clock.advance(5000);
      return bench.journal.read({ kind: 'threat.level', limit: 1 }).length === 1;
    });
    await bench.levels.close();
  });

  it('leave every door as the fold of what is in force asks, in whatever order they are set and lifted', async () => {
    const step = fc.record({
      scope: fc.constantFrom('site', 'campus', 'lobby', 'vault', 'yard'),
      level: fc.constantFrom(undefined, 'lockdown', 'search', 'evacuation', 'elevated'),
      pause: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), fc.boolean(), async (steps, restarts) => {
        const bench = new Bench();
        for (const { scope, level: id, pause } of steps) {
          try {
            if (id === undefined) bench.levels.lift(scope, ann);
            else set(bench, id, scope);
          } catch (error) {
            assert(refusal('conflict')(error));
          }
          if (pause) await turn();
          bench.clock.advance(1);
        }
        await bench.settled();
        if (restarts) await bench.restart();
        await bench.settled();
        const targets = doorTargets(site, bench.levels.state.inForce);
        const wanted = site.doors.map(({ id }) => [id, targets.get(id)?.command === 'unlock' ? 'Unlocked' : 'Locked']);
        assert.deepEqual([...bench.locks], wanted);
        await bench.levels.close();
      }),
      { numRuns: 40 },
    );
  });
});
