import assert from 'node:assert/strict';
import type { CameraFacet } from '../../src/adapter/contract.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { PtzPolicy, PtzState } from '../../src/domain/ptz.ts';
import { defaultPtzPolicy } from '../../src/domain/ptz.ts';
import type { Camera } from '../../src/domain/site.ts';
import { CameraHeld, PtzControl } from '../../src/ptz/control.ts';
import { IncidentPresets } from '../../src/ptz/incident-presets.ts';
import { ManualClock } from '../support/manual-clock.ts';

const right = { action: 'move', pan: 0.5, tilt: 0, zoom: 0 } as const;

describe('moving cameras', () => {
  let clock: ManualClock;
  let control: PtzControl;
  let done: string[];
  let log: string[];
  let told: PtzState[];
  let failing: Error | undefined;

  const begin = (ptz: Partial<PtzPolicy> = {}) => {
    clock = new ManualClock();
    done = [];
    log = [];
    told = [];
    failing = undefined;
    const act = async (what: string) => {
      if (failing !== undefined) throw failing;
      done.push(what);
      return Promise.resolve();
    };
    const facet: CameraFacet = {
      stream: () => Promise.reject(new Error('not here')),
      gotoPreset: (_camera, preset) => act(`to ${preset}`),
      move: (_camera, { pan, tilt, zoom }) => act(`move ${pan} ${tilt} ${zoom}`),
      stop: () => act('stop'),
      home: () => act('home'),
    };
    control = new PtzControl({
      cameras: [{ id: 'cam', name: 'Yard camera', ptz: { ...defaultPtzPolicy, ...ptz } }],
      facet: () => facet,
      clock,
      publish: (state) => told.push(state),
      audit: ({ by, text }) => log.push(`${by ?? 'gateway'}: ${text}`),
    });
  };
  beforeEach(() => begin());
  afterEach(() => control.close());

  const settled = () => new Promise(setImmediate);
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  const alarm = async (id: string, preset: string, priority: Incident['priority']) => {
    control.automatic({ id, kind: 'alarm', camera: 'cam', preset, priority, by: id });
    await settled();
  };

  it('turns until the key comes up, without asking the camera at each repetition', async () => {
    await control.manual('cam', right, 'anna');
    for (let i = 0; i < 4; i++) {
      await advance(400);
      await control.manual('cam', right, 'anna');
    }
    await control.manual('cam', { action: 'stop' }, 'anna');
    await advance(5_000);
    assert.deepEqual(done, ['move 0.5 0 0', 'stop']);
    assert.deepEqual(log, ['anna: steers Yard camera']);
  });

  it('tells the camera again before it would stop by itself', async () => {
    for (let i = 0; i < 6; i++) {
      await control.manual('cam', right, 'anna');
      await advance(500);
    }
    assert.deepEqual(done, ['move 0.5 0 0', 'move 0.5 0 0']);
  });

  it('stops a camera whose console has fallen silent', async () => {
    await control.manual('cam', right, 'anna');
    await advance(999);
    assert.deepEqual(done, ['move 0.5 0 0']);
    await advance(1);
    assert.deepEqual(done, ['move 0.5 0 0', 'stop']);
  });

  it('returns home when an incident lets go, and some time after a dispatcher has', async () => {
    await alarm('i-1', 'Gate', 3);
    control.release('i-1');
    await advance(0);
    assert.deepEqual(done, ['to Gate', 'home']);
    await control.manual('cam', { action: 'preset', preset: 'Yard' }, 'anna');
    await advance(20_000);
    assert.deepEqual(told.at(-1), { camera: 'cam' });
    await advance(119_000);
    assert.equal(done.length, 3);
    await advance(1_000);
    assert.deepEqual(done, ['to Gate', 'home', 'to Yard', 'home']);
    assert.equal(clock.waiting, 0);
  });

  it('returns to the preset at which it was, or stays, where the site says so', async () => {
    for (const [afterwards, last] of [
      ['previous', 'to Yard'],
      ['stay', 'to Gate'],
    ] as const) {
      begin({ afterwards });
      await control.manual('cam', { action: 'preset', preset: 'Yard' }, 'anna');
      await control.manual('cam', { action: 'release' }, 'anna');
      await alarm('i-1', 'Gate', 3);
      control.release('i-1');
      await advance(1);
      assert.equal(done.at(-1), last);
    }
  });

  it('gives an alarm its camera back when the dispatcher’s lease is over, and ends the alarm’s own time', async () => {
    begin({ alarmSeconds: 60 });
    await alarm('i-1', 'Gate', 3);
    await control.manual('cam', right, 'anna');
    await control.manual('cam', { action: 'stop' }, 'anna');
    await advance(20_000);
    await advance(40_000);
    assert.deepEqual(done, ['to Gate', 'move 0.5 0 0', 'stop', 'to Gate', 'home']);
  });

  it('takes the camera from a dispatcher for what is more urgent; the key that comes up then stops nothing', async () => {
    await control.manual('cam', right, 'anna');
    await alarm('panic', 'Gate', 1);
    await control.manual('cam', { action: 'stop' }, 'anna');
    await assert.rejects(control.manual('cam', right, 'anna'), CameraHeld);
    assert.deepEqual(done, ['move 0.5 0 0', 'to Gate']);
    // Whoever handles that very incident may steer.
    await control.manual('cam', right, 'ben', 1);
    assert.equal(control.holder('cam')?.by, 'ben');
  });

  it('tells a second dispatcher to the second who steers', async () => {
    await control.manual('cam', right, 'anna');
    await advance(7_000);
    await assert.rejects(control.manual('cam', right, 'ben'), {
      name: 'CameraHeld',
      message: 'anna has steered it for 7 s; free in 13 s, unless anna goes on',
    });
    await control.manual('cam', { action: 'release' }, 'anna');
    await control.manual('cam', right, 'ben');
    assert.equal(told.at(-1)?.holder?.by, 'ben');
  });

  it('says that it waits behind a dispatcher, and turns when its turn comes', async () => {
    await control.manual('cam', { action: 'home' }, 'anna', 2);
    await alarm('Door forced', 'Gate', 2);
    assert.equal(
      log.at(-1),
      'gateway: Yard camera is not turned to Gate for Door forced: anna has steered it for 0 s; free in 20 s, unless anna goes on',
    );
    await advance(20_000);
    assert.deepEqual(done, ['home', 'to Gate']);
  });

  it('tries again while the camera cannot be reached, and says so once', async () => {
    failing = new Error('Yard camera is offline');
    await alarm('i-1', 'Gate', 2);
    await advance(2_000);
    failing = undefined;
    await advance(2_000);
    assert.deepEqual(done, ['to Gate']);
    assert.deepEqual(log, ['gateway: Yard camera cannot be turned to Gate: Yard camera is offline', 'gateway: turned Yard camera to Gate: i-1']);
  });

  it('turns cameras to the point of an incident when it opens, and back when it is closed', async () => {
    const camera = { id: 'cam', presets: { 'door-gate': 'Gate', yard: 'Yard' } } as unknown as Camera;
    const presets = new IncidentPresets([camera], control);
    const incident = (state: Incident['state'], priority: Incident['priority'] = 3): Incident =>
      ({
        id: 'i-1',
        title: 'Door forced',
        point: 'reader-gate',
        door: 'door-gate',
        areas: ['yard'],
        cameras: ['cam'],
        priority,
        state,
      }) as unknown as Incident;
    presets.apply(incident('new'), true);
    await settled();
    await control.manual('cam', right, 'anna');
    // It has got graver: a dispatcher who does not handle it gives way.
    presets.apply(incident('new', 1), false);
    await settled();
    presets.apply(incident('closed', 1), false);
    await advance(0);
    assert.deepEqual(done, ['to Gate', 'move 0.5 0 0', 'to Gate', 'home']);
    presets.apply({ ...incident('new'), suppressed: { by: 'measure' } } as unknown as Incident, true);
    await settled();
    assert.equal(control.holder('cam'), undefined);
  });

  it('turns cameras to what is open after a restart, and back when that is closed', async () => {
    const camera = { id: 'cam', presets: { 'door-gate': 'Gate' } } as unknown as Camera;
    const presets = new IncidentPresets([camera], control);
    const open = {
      id: 'i-1',
      title: 'Door forced',
      point: 'door-gate',
      areas: [],
      cameras: ['cam'],
      priority: 2,
      state: 'acknowledged',
      openedAt: clock.now() - 5000,
    } as unknown as Incident;
    presets.resume([{ ...open, id: 'i-0', state: 'closed' }, open]);
    await settled();
    assert.deepEqual([control.holder('cam')?.incident, control.holder('cam')?.since], ['i-1', clock.now() - 5000]);
    presets.apply({ ...open, state: 'closed' }, false);
    await advance(0);
    assert.deepEqual(done, ['to Gate', 'home']);
  });

  it('leaves a camera alone after a restart when the time of the incident was up', async () => {
    control.automatic({
      id: 'old',
      kind: 'alarm',
      camera: 'cam',
      preset: 'Gate',
      priority: 2,
      by: 'i-1',
      forSeconds: 60,
      since: clock.now() - 60_000,
    });
    await settled();
    assert.deepEqual([control.holder('cam'), done], [undefined, []]);
  });
});
