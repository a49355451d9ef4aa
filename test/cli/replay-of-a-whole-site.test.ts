import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import sinon from 'sinon';
import { PassCodes } from '../../src/access/pass-codes.ts';
import { loadAdapters } from '../../src/adapter/loader.ts';
import { openAlarmPath } from '../../src/alarm-path.ts';
import type { AlarmPath } from '../../src/alarm-path.ts';
import replay from '../../src/cli/replay.ts';
import { Operations } from '../../src/desk/operations.ts';
import { Procedures } from '../../src/desk/procedures.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { Site } from '../../src/domain/site.ts';
import { levelsInForce } from '../../src/domain/threat.ts';
import { procedureFileSchema } from '../../src/procedures/schema.ts';
import { readSite } from '../../src/site/read-site.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { ProcedureStore } from '../../src/store/procedure-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const root = resolve(import.meta.dirname, '..', '..');
const log = pino({ level: 'silent' });
const ann = { name: 'ann', role: 'dispatcher' } as const;

describe('replay of a site with everything that makes incidents more or less urgent', function () {
  this.timeout(60_000);
  let folder: string;
  let siteFile: string;
  let site: Site;
  let store: Store;
  let path: AlarmPath;
  let clock: ManualClock;
  let from: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-whole-'));
    siteFile = join(folder, 'site.yaml');
    const lab = readFileSync(join(root, 'config', 'sites', 'lab.yaml'), 'utf8')
      .replaceAll(/\.\.\/(rules|procedures)\//g, (_match, name: string) => `${root}/config/${name}/`)
      .replace(/(id: server-room, [^}]*?)(, criticality: \w+)? }/, '$1, criticality: high }')
      .replace(/(id: yard, [^}]*?) }/, '$1, criticality: low }');
    const designed = "alarms: { suppressed: [{ point: zone-6, kind: tamper, reason: 'A bird nests there' }] }";
    writeFileSync(siteFile, `${lab}\n${designed}\n`);
    const read = readSite(siteFile, await loadAdapters(), log);
    site = read.site;
    store = openStore(join(folder, 'sallyport.db'));
    clock = new ManualClock();
    path = openAlarmPath({ store, site, rules: read.rules, clock, log, problems: new Set() });
    from = new Date(clock.now() + 1).toISOString();
    await live();
    path.book.flush();
  });
  after(() => {
    path.close();
    store.close();
    rmSync(folder, { recursive: true });
  });

  async function report(device: string, kind: DeviceSignal['kind'], point: string, phase: DeviceSignal['phase'] = 'raised'): Promise<void> {
    clock.advance(2000);
    await path.intake.report(device, { kind, point, phase });
  }
  function latest(): Incident {
    return [...path.book.incidents.values()].at(-1) ?? assert.fail('there is no incident');
  }
  function act(id: string, step: object): void {
    clock.advance(2000);
    const revision = path.book.incidents.get(id)?.revision ?? 0;
    const refused = path.book.apply({ type: 'action', action: { ...step, incident: id, revision, by: 'ann', at: clock.now() } as never });
    assert.equal(refused, undefined);
  }
  /** As the desk does. */
  async function setThreat(phase: 'raised' | 'restored'): Promise<void> {
    clock.advance(2000);
    const inForce = phase === 'raised' ? [{ scope: site.id, level: 'lockdown' }] : [];
    path.book.apply({ type: 'threats', inForce: levelsInForce(site, inForce), at: clock.now() });
    await path.intake.report('sallyport', { kind: 'threat.level', point: site.id, phase, details: { scope: 'site', level: 'lockdown' } });
  }

  /** A day at the site. */
  async function live(): Promise<void> {
    await report('ctl-main', 'door.held', 'door-server');
    assert.equal(latest().priority, 2);
    clock.advance(1000);
    const test = path.book.take({
      type: 'measure',
      measure: {
        type: 'on-test',
        target: { of: 'device', device: 'ctl-main' },
        reason: 'maintenance',
        by: 'ann',
        at: clock.now(),
        until: clock.now() + 3_600_000,
      },
    });
    await report('ctl-main', 'door.tamper', 'door-main');
    assert.equal(latest().test, true);
    clock.advance(1000);
    path.book.apply({ type: 'end-measure', measure: test.measures[0]?.id ?? '', by: 'ann', at: clock.now() });
    await report('ctl-main', 'door.tamper', 'door-main', 'restored');
    await report('ctl-main', 'door.tamper', 'door-main');
    assert.equal(latest().test, undefined);
    await report('sia-receiver', 'tamper', 'zone-6');
    assert.equal(latest().suppressed?.type, 'by-design');
    assert.equal(latest().priority, 3);

    await setThreat('raised');
    await report('ctl-annex', 'door.held', 'door-stairs');
    assert.equal(latest().priority, 2);
    await setThreat('restored');
    assert.equal(latest().priority, 3);

    await report('ctl-main', 'door.forced', 'door-main');
    const forced = latest().id;
    act(forced, { action: 'acknowledge' });
    act(forced, { action: 'avs', level: 3 });
    assert.equal(path.book.incidents.get(forced)?.priority, 1);
    act(forced, { action: 'avs', level: 1 });

    await report('ctl-annex', 'door.forced', 'door-stairs');
    await duress(latest().id);
    assert.equal(latest().priority, 1);
    const stairs = latest().evidence[0]?.event;
    act(latest().id, { action: 'merge', into: forced });
    act(forced, { action: 'split', events: [stairs], note: 'two burglars' });
    assert.equal(latest().door, 'door-stairs');
    act(latest().id, { action: 'acknowledge' });
    act(latest().id, { action: 'close', disposition: 'actual', note: 'caught' });
    act(latest().id, { action: 'reopen', note: 'there was a third' });

    await report('ctl-annex', 'door.held', 'door-gate');
    act(latest().id, { action: 'acknowledge' });
    act(latest().id, { action: 'close', disposition: 'nuisance', note: 'a lorry' });
    await report('ctl-annex', 'door.held', 'door-gate', 'restored');
    await report('ctl-annex', 'door.held', 'door-gate');
    clock.advance(60_000);
  }

  async function duress(id: string): Promise<void> {
    const { procedures: parsed, callLists } = procedureFileSchema.parse({
      procedures: [{ id: 'f', title: 'F', for: { incidents: ['door-forced'] }, steps: [{ id: 'code', text: 'Ask', verify: 'staff' }] }],
    });
    const codes = new PassCodes(store);
    await codes.set('staff', 'blue heron', false);
    await codes.set('staff', 'grey heron', true);
    clock.advance(2000);
    const procedures = new Procedures({
      procedures: parsed.map((each) => ({ ...each, callLists })),
      rules: [],
      store: new ProcedureStore(store),
      book: path.book,
      codes,
      clock,
      names: (name) => name,
    });
    await procedures.answer(id, { step: 'code', code: 'grey heron' }, ann, sinon.createStubInstance(Operations));
  }

  it('finds no difference under unchanged rules', async () => {
    assert.deepEqual(await replayed(from), ['no difference']);
  });

  it('finds none either from a time on at which incidents were open already and levels and tests in force', async () => {
    const openings = [...path.book.incidents.values()].map(({ openedAt }) => openedAt);
    for (const openedAt of openings) assert.deepEqual(await replayed(new Date(openedAt + 500).toISOString()), ['no difference']);
  });

  async function replayed(since: string): Promise<string[]> {
    const said = sinon.stub(console, 'log');
    try {
      const to = new Date(clock.now()).toISOString();
      assert.equal(await replay.run(['--site', siteFile, '--data', folder, '--from', since, '--to', to]), 0);
      return said.args.map(([line]) => String(line)).slice(1);
    } finally {
      said.restore();
    }
  }
});
