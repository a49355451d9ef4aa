import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Principal } from '../../src/access/accounts.ts';
import { PassCodes } from '../../src/access/pass-codes.ts';
import { Operations, Refusal } from '../../src/desk/operations.ts';
import { Procedures } from '../../src/desk/procedures.ts';
import type { Site } from '../../src/domain/site.ts';
import type { CameraFacet } from '../../src/adapter/contract.ts';
import { loadProcedures } from '../../src/site/load-procedures.ts';
import { procedureFileSchema } from '../../src/procedures/schema.ts';
import { PtzControl } from '../../src/ptz/control.ts';
import { BookWriter } from '../../src/store/book-writer.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { IncidentStore } from '../../src/store/incident-store.ts';
import { ProcedureStore } from '../../src/store/procedure-store.ts';
import { finding, lead, NOON } from '../incidents/lab.ts';

const ann: Principal = { name: 'ann', role: 'dispatcher' };
const ID = '2026-000001';
const { procedures: parsed, callLists } = procedureFileSchema.parse({
  procedures: [
    {
      id: 'forced',
      title: 'Forced door',
      for: { incidents: ['door-forced'] },
      steps: [
        { id: 'code', text: 'Ask at {door} for the code', verify: 'staff', mandatory: true, within: '10s' },
        { id: 'shut', text: 'Lock {door}', door: 'lock' },
        { id: 'look', text: 'Look at the yard', preset: 'Gate', camera: 'cam-yard' },
      ],
    },
  ],
});
const files = parsed.map((each) => ({ ...each, callLists }));
const door = { id: 'door-server', type: 'door', name: 'Server room door', device: 'ctl', heldAfterSeconds: 30, commands: ['lock'], at: {} } as const;
const yard = { id: 'cam-yard', type: 'camera', name: 'Yard', device: 'dev', covers: [], at: {} } as const;
const site: Site = { id: 'lab', name: 'Lab', areas: [], devices: [], doors: [door], readers: [], cameras: [yard], panels: [], zones: [] };

/** A book with one forced door, and its procedure; starting again on the same store is a restart. */
function started(store: Store) {
  let now = NOON;
  const clock = { now: () => now, monotonicMs: () => now, after: () => () => undefined };
  const book = new BookWriter(new IncidentStore(store), 0, pino({ level: 'silent' }));
  if (!book.incidents.has(ID)) book.apply(finding(lead(0)));
  book.flush();
  const codes = new PassCodes(store);
  const procedures = new Procedures({
    procedures: files,
    rules: [],
    store: new ProcedureStore(store),
    book,
    codes,
    clock,
    names: (id) => (id === door.id ? door.name : id),
  });
  const commanded: string[] = [];
  const facet = { command: (id: string, command: string) => Promise.resolve(void commanded.push(`${command} ${id}`)) };
  const turned: string[] = [];
  const camera: CameraFacet = {
    stream: () => Promise.reject(new Error('not here')),
    gotoPreset: (id, preset) => Promise.resolve(void turned.push(`${id} to ${preset}`)),
  };
  const ptz = new PtzControl({ cameras: [yard], facet: () => camera, clock, publish: () => undefined, audit: () => undefined });
  const operations = new Operations({
    site,
    book,
    clock,
    doors: () => facet,
    ptz,
    accounts: () => ['ann'],
    startScenario: undefined,
    audit: () => undefined,
    openSteps: (incident, covering) => procedures.openSteps(incident, covering),
  });
  const incident = () => book.incidents.get(ID) ?? assert.fail('there is no incident');
  const close = () => operations.act(ID, incident().revision, { action: 'close', disposition: 'false-alarm', note: 'cleaner' }, ann);
  return { book, procedures, operations, codes, incident, close, commanded, ptz, turned, pass: (ms: number) => (now += ms) };
}

describe('the procedure of an incident', () => {
  let store: Store;
  beforeEach(() => {
    store = openStore(':memory:');
  });
  afterEach(() => store.close());

  it('lets nobody close the incident before its mandatory steps are done, and says which', async () => {
    const { procedures, operations, codes, incident, close } = started(store);
    await codes.set('staff', 'blue heron', false);
    operations.act(ID, 1, { action: 'acknowledge' }, ann);
    assert.throws(
      close,
      (error) => error instanceof Refusal && error.message === 'Its procedure is not finished: "Ask at Server room door for the code"',
    );
    await procedures.answer(ID, { step: 'code', code: 'Blue Heron' }, ann, operations);
    assert.equal(close().state, 'closed');
    assert(incident().log.some(({ by, what }) => by === 'ann' && what === 'verified the pass-code'));
  });

  it('is not left behind by merging, unless the other incident’s procedure asks the same', async () => {
    const { book, procedures, operations, codes, incident } = started(store);
    await codes.set('staff', 'blue heron', false);
    book.apply(finding(lead(1, { point: 'door-main' })));
    book.apply(finding({ ...lead(2), id: 'again', incidentKey: 'forced-again@door-server' }));
    const [other, same] = [...book.incidents.keys()].slice(1);
    assert(other !== undefined && same !== undefined);
    const merge = (into: string) => operations.act(ID, incident().revision, { action: 'merge', into }, ann);
    assert.throws(
      () => merge(other),
      /Its procedure is not finished: "Ask at Server room door for the code"\. Do that first, or merge the other way round/,
    );
    assert.notEqual(incident().state, 'closed');
    assert.equal(merge(same).state, 'closed');
    assert.deepEqual(procedures.openSteps(same), ['Ask at Server room door for the code']);
  });

  it('raises the incident to the highest priority on a duress code, and keeps no code anywhere', async () => {
    const { procedures, operations, codes, incident } = started(store);
    await codes.set('staff', 'blue heron', false);
    await codes.set('staff', 'grey heron', true);
    const view = await procedures.answer(ID, { step: 'code', code: 'grey heron' }, ann, operations);
    assert.equal(view.steps[0]?.answer, 'duress');
    assert.equal(incident().priority, 1);
    assert.match(incident().priorityBecause.at(-1)?.because ?? '', /duress/i);
    const kept = JSON.stringify([incident(), store.prepare('SELECT * FROM pass_code').all(), store.prepare('SELECT * FROM procedure_run').all()]);
    assert.doesNotMatch(kept, /heron/);
  });

  it('refuses a duress code that equals the pass-code, and one that comes first', async () => {
    const { codes } = started(store);
    await assert.rejects(codes.set('staff', 'grey heron', true), /set it first/);
    await codes.set('staff', 'blue heron', false);
    await assert.rejects(codes.set('staff', 'blue heron', true), /must differ/);
  });

  it('commands the door of a step and logs it in the incident', async () => {
    const { procedures, operations, commanded, incident } = started(store);
    const view = await procedures.answer(ID, { step: 'shut', answer: 'go' }, ann, operations);
    assert.deepEqual(commanded, ['lock door-server']);
    assert.equal(view.steps[1]?.answer, 'done');
    assert(incident().log.some(({ what }) => what === 'locked Server room door'));
  });

  it('turns the camera of a step to its preset, as by the hand of the dispatcher', async () => {
    const { procedures, operations, ptz, turned, incident } = started(store);
    const view = await procedures.answer(ID, { step: 'look', answer: 'go' }, ann, operations);
    assert.deepEqual(turned, ['cam-yard to Gate']);
    assert.deepEqual([ptz.holder('cam-yard')?.kind, ptz.holder('cam-yard')?.by], ['manual', 'ann']);
    assert.deepEqual([view.steps[2]?.type, view.steps[2]?.command, view.steps[2]?.answer], ['preset', 'Gate', 'done']);
    assert(incident().log.some(({ by, what }) => by === 'ann' && what === 'turned the camera to Gate'));
  });

  it('leaves a camera to whoever has a better claim, and says who', async () => {
    const { procedures, operations, ptz, turned, incident } = started(store);
    ptz.automatic({ id: 'fire', kind: 'alarm', camera: 'cam-yard', preset: 'Ramp', priority: 1, by: 'Fire in the yard' });
    const view = await procedures.answer(ID, { step: 'look', answer: 'go' }, ann, operations);
    assert.deepEqual(turned, ['cam-yard to Ramp']);
    assert.equal(view.steps[2]?.answer, 'failed');
    assert(
      incident().log.some(({ what }) => what.startsWith('could not turn the camera to Gate: Yard: "Fire in the yard" (priority 1) has held it')),
    );
    ptz.release('fire');
    const again = await procedures.answer(ID, { step: 'look', answer: 'go' }, ann, operations);
    assert.equal(again.steps[2]?.answer, 'done');
  });

  it('may name only cameras of the site', () => {
    const folder = mkdtempSync(join(tmpdir(), 'procedures-'));
    const file = join(folder, 'yard.yaml');
    const step = (camera: string) => `procedures: [{ id: p, title: P, steps: [{ id: s, text: s, preset: Gate, camera: ${camera} }] }]`;
    writeFileSync(file, step('cam-yrd'));
    assert.deepEqual(
      loadProcedures([file], [], site).mistakes.map(({ message, fix }) => `${message}: ${fix}`),
      ['procedures[0].steps[0].camera: there is no camera "cam-yrd": write "cam-yard"? Possible: cam-yard'],
    );
    writeFileSync(file, step('cam-yard'));
    assert.deepEqual(loadProcedures([file], [], site).mistakes, []);
    rmSync(folder, { recursive: true });
  });

  it('goes on where it was after a restart', async () => {
    const before = started(store);
    await before.procedures.answer(ID, { step: 'shut', answer: 'go' }, ann, before.operations);
    const { procedures } = started(store);
    assert.equal(procedures.view(ID)?.steps[1]?.by, 'ann');
    assert.equal(procedures.view(ID)?.open, 1);
  });

  it('begins, is answered and lets the incident be closed while the disk is full, and is stored when it can be', async () => {
    const { book, procedures, operations, codes, pass } = started(store);
    await codes.set('staff', 'blue heron', false);
    const runs = () => new ProcedureStore(store);
    store.pragma('query_only = ON');
    book.apply(finding(lead(1, { point: 'door-main' })));
    const id = [...book.incidents.keys()][1] ?? assert.fail('there is no second incident');
    assert.equal(procedures.view(id)?.open, 1);
    const revision = () => book.incidents.get(id)?.revision ?? 0;
    operations.act(id, revision(), { action: 'acknowledge' }, ann);
    const answered = await procedures.answer(id, { step: 'code', code: 'blue heron' }, ann, operations);
    assert.equal(answered.open, 0);
    assert.equal(operations.act(id, revision(), { action: 'close', disposition: 'actual', note: 'seen' }, ann).state, 'closed');
    procedures.tick();
    assert.equal(runs().get(id), undefined);
    store.pragma('query_only = OFF');
    pass(1000);
    procedures.tick();
    assert.equal(runs().get(id)?.answers['code']?.answer, 'verified');
  });

  it('logs once that a step waits for an answer longer than it should', () => {
    const { procedures, incident, pass } = started(store);
    const waits = () => incident().log.filter(({ what }) => what === 'waits for an answer').length;
    procedures.tick();
    assert.equal(waits(), 0);
    pass(10_000);
    procedures.tick();
    procedures.tick();
    assert.equal(waits(), 1);
    assert.equal(procedures.view(ID)?.steps[0]?.late, true);
  });
});
