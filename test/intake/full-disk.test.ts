import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Accounts } from '../../src/access/accounts.ts';
import { PassCodes } from '../../src/access/pass-codes.ts';
import { openAlarmPath } from '../../src/alarm-path.ts';
import type { AlarmPath } from '../../src/alarm-path.ts';
import { Outbox } from '../../src/adapter/outbox.ts';
import { Operations } from '../../src/desk/operations.ts';
import { Procedures } from '../../src/desk/procedures.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { DeviceSignal, Phase } from '../../src/domain/event.ts';
import { procedureFileSchema } from '../../src/procedures/schema.ts';
import { readCases } from '../../src/replay/case-file.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { ProcedureStore } from '../../src/store/procedure-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const { site, rules } = readCases(join(import.meta.dirname, '..', '..', 'config', 'rules', 'tests', 'alarms.yaml'));
const { procedures: parsed, callLists } = procedureFileSchema.parse({
  procedures: [
    { id: 'forced', title: 'Forced door', for: { incidents: ['door-forced'] }, steps: [{ id: 'look', text: 'Look', do: true, mandatory: true }] },
  ],
});
const files = parsed.map((each) => ({ ...each, callLists }));
const ann = { name: 'ann', role: 'dispatcher' } as const;
const log = pino({ level: 'silent' });
/** A frame that does not fit into what is left of a page. */
const raw = 'f'.repeat(9000);

interface Disk {
  readonly what: string;
  readonly needsRoot: boolean;
  readonly open: (folder: string) => void;
  readonly fill: (folder: string, store: Store) => void;
  readonly makeRoom: (folder: string, store: Store) => void;
  readonly close: (folder: string) => void;
}

const disks: readonly Disk[] = [
  {
    what: 'a database that cannot grow',
    needsRoot: false,
    open: () => undefined,
    fill: (_folder, store) => void store.pragma(`max_page_count = ${store.pragma('page_count', { simple: true }) as number}`),
    makeRoom: (_folder, store) => void store.pragma('max_page_count = 1000000'),
    close: () => undefined,
  },
  {
    what: 'a file system without space (as root only, who may mount it)',
    needsRoot: true,
    open: (folder) => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]),
    fill: (folder) => {
      const ballast = join(folder, 'ballast');
      for (let size = 64; size > 0; size -= 1) {
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(size * 1024), { flag: 'a' });
        } catch (error) {
          assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
        }
      }
    },
    makeRoom: (folder) => rmSync(join(folder, 'ballast')),
    close: (folder) => execFileSync('umount', [folder]),
  },
];

for (const disk of disks) {
  describe(`a gateway on ${disk.what}`, () => {
    let folder: string;
    let store: Store;
    let path: AlarmPath;
    const open = () => {
      store = openStore(join(folder, 'sallyport.db'));
      path = openAlarmPath({ store, site, rules, clock: systemClock, log, problems: new Set() });
    };
    const kinds = () => [...path.book.incidents.values()].map(({ kind }) => kind).sort();
    const close = () => {
      path.close();
      store.close();
    };

    before(function () {
      if (disk.needsRoot && process.getuid?.() !== 0) this.skip();
    });
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'sallyport-full-'));
      disk.open(folder);
      open();
    });
    afterEach(() => {
      close();
      disk.close(folder);
      rmSync(folder, { recursive: true });
    });

    it('shows whatever rules make of what happens, once, and journals it when there is space', async () => {
      const opened: DeviceSignal = { kind: 'door.open', point: 'door-main', phase: 'raised' };
      const signals: readonly DeviceSignal[] = [
        opened,
        { kind: 'tamper', point: 'zone-lobby', phase: 'raised' },
        { kind: 'door.held', point: 'door-server', phase: 'raised' },
        ...['1', '2', '3', '4'].map((credential): DeviceSignal => ({
          kind: 'access.denied',
          point: 'reader-annex',
          phase: 'momentary',
          details: { credential },
        })),
      ];
      disk.fill(folder, store);
      // As devices that are not acknowledged repeat.
      for (let round = 0; round < 3; round += 1)
        for (const signal of signals) await assert.rejects(path.intake.report('controller', { ...signal, raw }));
      await until('the forced door', () => kinds().includes('door-forced'));
      // Four denials, however often they are repeated, are not five.
      assert.deepEqual(kinds(), ['door-forced', 'door-held', 'tamper']);

      disk.makeRoom(folder, store);
      for (const signal of signals) await path.intake.report('controller', { ...signal, raw });
      assert.deepEqual(kinds(), ['door-forced', 'door-held', 'tamper']);
      assert.equal(path.intake.counts.accepted, signals.length);
      assert.equal(path.accounting.taken, signals.length);
      path.book.flush();
      const incidents = [...path.book.incidents.values()];
      assert(incidents.every(({ evidence }) => evidence.length === 1));

      close();
      open();
      assert.deepEqual([...path.book.incidents.values()], incidents);
      assert.equal(path.journal.read({ limit: 100 }).length, signals.length);
    });

    it('shows every alarm of a controller whose signals keep their order, and journals each once, in order, when there is space', async () => {
      const clock = new ManualClock();
      const link = new AbortController();
      const outbox = new Outbox({ report: (signal) => path.intake.report('controller', signal), clock, log }, link.signal);
      const forced = (point: string, phase: Phase = 'raised'): DeviceSignal => ({ kind: 'door.forced', point, phase, raw });
      const signals: readonly DeviceSignal[] = [
        forced('door-main'),
        forced('door-server'),
        { kind: 'panic.alarm', point: 'zone-lobby', phase: 'raised', raw },
        // Neither the end nor the next begin is a repeat of what waits before it.
        forced('door-main', 'restored'),
        forced('door-main'),
      ];
      disk.fill(folder, store);
      const accepted: number[] = [];
      for (const [at, signal] of signals.entries()) {
        outbox.put(signal, () => accepted.push(at));
        await outbox.offered();
        clock.advance(250);
      }
      for (let round = 0; round < 3; round += 1) {
        await until('the end of a round', () => clock.waiting > 0);
        clock.advance(5_000);
      }
      assert.deepEqual(kinds(), ['door-forced', 'door-forced', 'panic']);
      assert.deepEqual([accepted, path.journal.lastPosition()], [[], 0]);
      const opened = [...path.book.incidents.values()].map(({ id }) => id);

      await until('the end of a round', () => clock.waiting > 0);
      disk.makeRoom(folder, store);
      clock.advance(5_000);
      await outbox.flushed();
      assert.deepEqual(accepted, [0, 1, 2, 3, 4]);
      const told = ({ kind, point, phase }: DeviceSignal) => [kind, point, phase];
      assert.deepEqual(path.journal.read({ limit: 100 }).map(told), signals.map(told));
      assert.equal(path.intake.counts.accepted, signals.length);
      assert.equal(path.accounting.taken, signals.length);
      path.book.flush();
      assert.deepEqual(
        [...path.book.incidents.values()].map(({ id }) => id),
        opened,
      );
      link.abort(new Error('the link is over'));
    });

    it('lets a dispatcher sign in, follow the procedure of a new incident and close it; all of it is stored when there is space', async () => {
      await new Accounts(store, systemClock).set('ann', 'dispatcher', 'correct horse');
      const accounts = new Accounts(store, systemClock);
      const runs = new ProcedureStore(store);
      const procedures = new Procedures({
        procedures: files,
        rules,
        store: runs,
        book: path.book,
        codes: new PassCodes(store),
        clock: systemClock,
        names: (id) => id,
      });
      const operations = new Operations({
        site,
        book: path.book,
        clock: systemClock,
        doors: () => assert.fail('no door is commanded'),
        ptz: { manual: () => Promise.resolve() },
        accounts: () => ['ann'],
        startScenario: undefined,
        audit: () => undefined,
        openSteps: (incident, covering) => procedures.openSteps(incident, covering),
      });
      disk.fill(folder, store);
      await assert.rejects(path.intake.report('controller', { kind: 'door.forced', point: 'door-main', phase: 'raised', raw }));
      const signIn = await accounts.signIn('ann', 'correct horse');
      assert.deepEqual(signIn && accounts.bySession(signIn.session), ann);
      const [incident] = path.book.incidents.values();
      assert(incident !== undefined && signIn !== undefined);
      assert.equal(procedures.view(incident.id)?.steps.length, 1);
      operations.act(incident.id, incident.revision, { action: 'acknowledge' }, ann);
      const revision = () => path.book.incidents.get(incident.id)?.revision ?? 0;
      const closing = () => operations.act(incident.id, revision(), { action: 'close', disposition: 'actual', note: raw }, ann);
      assert.throws(closing, /not finished: "Look"/);
      await procedures.answer(incident.id, { step: 'look', answer: 'done' }, ann, operations);
      assert.equal(closing().state, 'closed');
      assert(path.book.storeFails);

      disk.makeRoom(folder, store);
      path.book.flush();
      procedures.tick();
      accounts.retry();
      assert.equal(path.incidents.get(incident.id)?.state, 'closed');
      assert.equal(new ProcedureStore(store).get(incident.id)?.answers['look']?.answer, 'done');
      assert.deepEqual(new Accounts(store, systemClock).bySession(signIn.session), ann);
    });
  });
}
