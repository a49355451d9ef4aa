import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { BehaviorSubject, Subject, VirtualTimeScheduler } from 'rxjs';
import { Audit } from '../../src/access/audit.ts';
import { correlate } from '../../src/correlation/engine.ts';
import { readRules } from '../../src/correlation/read-rules.ts';
import { siteFacts } from '../../src/correlation/site-facts.ts';
import { Desk } from '../../src/desk/desk.ts';
import type { DeviceSignal, LocatedEvent } from '../../src/domain/event.ts';
import { watchHealth } from '../../src/health.ts';
import type { HealthWatch } from '../../src/health.ts';
import { Intake } from '../../src/intake/intake.ts';
import { Journal } from '../../src/intake/journal.ts';
import { BookWriter } from '../../src/store/book-writer.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { ProcedureStore } from '../../src/store/procedure-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { emptySite, nowhere } from '../support/nowhere.ts';

const panic: DeviceSignal = { kind: 'panic.alarm', point: 'button', phase: 'raised', repeatKey: '4711/0001' };
const forced: DeviceSignal = { kind: 'door.forced', point: 'door', phase: 'raised' };
const badge: DeviceSignal = { kind: 'access.granted', point: 'reader', phase: 'momentary', repeatKey: '17' };
const rule = (kind: string, incident: string, priority: number) => ({
  id: incident,
  title: '{point}',
  when: { event: kind },
  opens: { incident, priority, reason: 'r'.repeat(5000) },
  restoredBy: { event: kind },
});
const { rules } = readRules([{ file: 'test', document: { rules: [rule('panic.alarm', 'panic', 1), rule('door.forced', 'door-forced', 2)] } }]);

describe('a full disk', () => {
  let folder: string;
  let store: Store;
  let intake: Intake;
  let book: BookWriter;
  let audit: Audit;
  let desk: Desk;
  let health: HealthWatch;
  let checks: BehaviorSubject<number>;
  let clock: ManualClock;
  let stop: () => void;

  function start(): void {
    store = openStore(join(folder, 'sallyport.db'));
    clock = new ManualClock();
    const log = pino({ level: 'silent' });
    intake = new Intake({ journal: new Journal(store), locate: nowhere, clock, log });
    book = new BookWriter(new IncidentStore(store), 0, log);
    audit = new Audit(store, clock);
    desk = new Desk();
    checks = new BehaviorSubject(0);
    health = watchHealth({ intake, book, audit, procedures: new ProcedureStore(store), desk, problems: new Set(), setAside: undefined, checks });
    const located = new Subject<LocatedEvent>();
    const running = correlate(located, rules, { site: siteFacts(emptySite), scheduler: new VirtualTimeScheduler() }).subscribe((found) => {
      if (found.type !== 'effect') book.apply({ type: 'finding', finding: found });
    });
    intake.events.subscribe(located);
    stop = () => {
      running.unsubscribe();
      health.stop();
      store.close();
    };
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-full-'));
    start();
  });
  afterEach(() => {
    stop();
    rmSync(folder, { recursive: true });
  });

  /** The database can grow no further, as on a disk without space. */
  const fillDisk = () => store.pragma(`max_page_count = ${store.pragma('page_count', { simple: true }) as number}`);
  const makeRoom = () => store.pragma('max_page_count = 1000000');
  /** A frame that does not fit into what is left of the pages. */
  const long = { raw: 'f'.repeat(5000) };
  const incidents = () => [...book.incidents.values()];

  it('leaves the device unacknowledged, and shows its critical alarm all the same', async () => {
    fillDisk();
    await assert.rejects(intake.report('panel', { ...panic, ...long }), /journal cannot be written/);
    assert.equal(incidents().length, 1);
    assert.equal(incidents()[0]?.kind, 'panic');
    await Promise.resolve();
    assert.deepEqual(book.notStored, [incidents()[0]?.id]);
  });

  it('does not open a second incident for the repeats, nor when one of them can be journalled', async () => {
    fillDisk();
    for (let repeat = 0; repeat < 3; repeat += 1) {
      await assert.rejects(intake.report('panel', { ...panic, ...long }));
      clock.advance(5000);
    }
    makeRoom();
    await intake.report('panel', { ...panic, ...long });
    assert.equal(incidents().length, 1);
    assert.equal(incidents()[0]?.evidence.length, 1);
    assert.equal(new Journal(store).read({ limit: 10 })[0]?.id, incidents()[0]?.evidence[0]?.event);
    book.flush();
    assert.deepEqual(book.notStored, []);
    assert.equal(new IncidentStore(store).list({ state: 'all', limit: 10 }).length, 1);
  });

  it('knows a polled state again that it could not journal, and takes the next one for another', async () => {
    fillDisk();
    await assert.rejects(intake.report('controller', { ...forced, ...long }));
    await assert.rejects(intake.report('controller', { ...forced, ...long }));
    assert.equal(incidents()[0]?.evidence.length, 1);
    await assert.rejects(intake.report('controller', { ...forced, ...long, phase: 'restored' }));
    await assert.rejects(intake.report('controller', { ...forced, ...long }));
    assert.equal(incidents().length, 1);
    assert.deepEqual(
      incidents()[0]?.evidence.map(({ role }) => role),
      ['lead', 'restore', 'repeat'],
    );
  });

  it('passes on once whatever happens, but for a state that was only read on connecting', async () => {
    fillDisk();
    const seen: string[] = [];
    intake.events.subscribe(({ kind, point, phase }) => seen.push(`${kind} ${point} ${phase}`));
    const held: DeviceSignal = { kind: 'door.held', point: 'door', phase: 'raised' };
    const lock: DeviceSignal = { kind: 'door.unlocked', point: 'door', phase: 'momentary', details: { by: 'key' } };
    const signals = [badge, held, lock, { ...lock, details: { by: 'knob' } }, { ...held, phase: 'restored' as const }];
    for (const signal of [...signals.slice(0, 4), ...signals.slice(0, 4), ...signals.slice(4), ...signals.slice(4)])
      await assert.rejects(intake.report('controller', { ...signal, ...long }));
    await assert.rejects(intake.report('controller', { ...held, ...long, initial: true }));
    assert.deepEqual(seen, [
      'access.granted reader momentary',
      'door.held door raised',
      'door.unlocked door momentary',
      'door.unlocked door momentary',
      'door.held door restored',
    ]);
  });

  it('keeps partitions and threat levels apart', async () => {
    fillDisk();
    const seen: unknown[] = [];
    intake.events.subscribe(({ details }) => seen.push(details['partition'] ?? details['level']));
    for (const partition of [1, 2, 1, 2])
      await assert.rejects(intake.report('panel', { kind: 'panel.armed', point: 'panel', phase: 'raised', details: { partition }, ...long }));
    for (const level of ['lockdown', 'lockdown', 'evacuation'])
      await assert.rejects(intake.report('site', { kind: 'threat.level', point: 'site', phase: 'raised', details: { level }, ...long }));
    assert.deepEqual(seen, [1, 2, 'lockdown', 'evacuation']);
  });

  it('takes what comes long after it was shown for another event, with its own time', async () => {
    fillDisk();
    await assert.rejects(intake.report('controller', { ...forced, ...long }));
    makeRoom();
    clock.advance(3_600_000);
    await intake.report('controller', { ...forced, ...long });
    assert.equal(incidents()[0]?.evidence.length, 2);
    assert.equal(new Journal(store).read({ limit: 10 })[0]?.eventAt, clock.now());
  });

  it('takes a state for another one after the journal has taken its end', async () => {
    fillDisk();
    await assert.rejects(intake.report('controller', { ...forced, ...long }));
    makeRoom();
    await intake.report('controller', { ...forced, phase: 'restored' });
    clock.advance(1000);
    await intake.report('controller', forced);
    assert.equal(new Journal(store).read({ limit: 10 })[1]?.eventAt, clock.now());
  });

  it('is told to consoles and to /readyz, until it is over', async () => {
    assert.equal(desk.state().health, undefined);
    fillDisk();
    await assert.rejects(intake.report('panel', { ...panic, ...long }));
    checks.next(1);
    assert.match(health.problems().join(), /the journal cannot be written: what happens is shown/);
    assert.match(desk.state().health?.problems.join() ?? '', /incidents cannot be stored/);
    assert.deepEqual(desk.state().health?.notStored, [incidents()[0]?.id]);
    makeRoom();
    await intake.report('panel', { ...panic, ...long });
    book.flush();
    checks.next(2);
    assert.deepEqual(health.problems(), []);
    assert.deepEqual(desk.state().health, { problems: [], notStored: [] });
  });

  it('keeps the lines of the log in memory until they can be written', () => {
    fillDisk();
    const text = 'y'.repeat(5000);
    const line = audit.write({ by: 'dispatcher', text });
    assert(audit.fails);
    assert.equal(audit.latest(1)[0]?.text, text);
    makeRoom();
    audit.retry();
    assert(!audit.fails);
    assert.deepEqual(audit.latest(1), [line]);
    assert.equal(audit.write({ by: 'dispatcher', text: 'next' }).id, line.id + 1);
  });
});
