import assert from 'node:assert/strict';
import { pino } from 'pino';
import { panelStateSchema } from '../../src/desk/schemas.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import type { Site } from '../../src/domain/site.ts';
import { Intake } from '../../src/intake/intake.ts';
import { Journal } from '../../src/intake/journal.ts';
import { PanelStates } from '../../src/intake/panel-states.ts';
import { openStore } from '../../src/store/database.ts';
import type { Store } from '../../src/store/database.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { nowhere } from '../support/nowhere.ts';

const site: Site = {
  id: 'site',
  name: 'Site',
  areas: [],
  devices: [],
  doors: [],
  readers: [],
  cameras: [],
  panels: [{ id: 'panel', type: 'panel', name: 'Panel', device: 'receiver', at: {} }],
  zones: ['zone-1', 'zone-2'].map((id) => ({ id, type: 'zone', name: id, device: 'receiver', panel: 'panel', at: {} })),
};

describe('the states of alarm panels', () => {
  let store: Store;
  let clock: ManualClock;
  let intake: Intake;
  let panels: PanelStates;

  /** The gateway after a restart on the same disk. */
  function open(): void {
    const journal = new Journal(store);
    panels = new PanelStates(site, journal.latestOfEach());
    intake = new Intake({ journal, locate: nowhere, clock, log: pino({ level: 'silent' }) });
    intake.events.subscribe((event) => panels.apply(event));
  }
  beforeEach(() => {
    store = openStore(':memory:');
    clock = new ManualClock();
    open();
  });
  afterEach(() => store.close());

  const say = (signal: Partial<DeviceSignal> & Pick<DeviceSignal, 'kind'>) => {
    clock.advance(1000);
    return intake.report('receiver', { point: 'panel', phase: 'raised', ...signal });
  };
  const arm = (partition: string, phase: 'raised' | 'restored', user: string, more: Partial<DeviceSignal> = {}) =>
    say({ kind: 'panel.armed', phase, details: { partition, user }, ...more });
  const state = () => {
    const [panel] = panels.all();
    assert.ok(panel);
    return panelStateSchema.parse(panel);
  };
  const conditions = () => state().zones.map(({ condition }) => condition);

  it('knows nothing of a panel that was never heard', () => {
    assert.deepEqual(state(), {
      panel: 'panel',
      partitions: [],
      standing: [],
      zones: [
        { zone: 'zone-1', condition: 'normal', standing: [] },
        { zone: 'zone-2', condition: 'normal', standing: [] },
      ],
    });
  });

  it('keeps what is armed, by whom and since when, for each partition apart', async () => {
    await arm('10', 'raised', '7');
    const first = clock.now();
    await arm('2', 'raised', '8');
    await arm('2', 'restored', '9');
    assert.deepEqual(state().partitions, [
      { partition: '2', armed: false, user: '9', since: clock.now() },
      { partition: '10', armed: true, user: '7', since: first },
    ]);
  });

  it('still knows every partition and zone after a restart', async () => {
    await arm('1', 'raised', '7');
    await arm('2', 'restored', '8');
    await say({ kind: 'zone.bypassed', point: 'zone-1' });
    await say({ kind: 'intrusion.alarm', point: 'zone-2' });
    await say({ kind: 'device.power' });
    const before = state();
    open();
    assert.deepEqual(state(), before);
    assert.deepEqual(conditions(), ['bypassed', 'alarm']);
    assert.deepEqual(
      state().standing.map(({ kind }) => kind),
      ['device.power'],
    );
  });

  it('shows the gravest of what stands at a zone, and the next when that is over', async () => {
    await say({ kind: 'zone.open', point: 'zone-1' });
    await say({ kind: 'zone.bypassed', point: 'zone-1' });
    await say({ kind: 'zone.trouble', point: 'zone-1' });
    await say({ kind: 'intrusion.alarm', point: 'zone-1' });
    const shown = [conditions()[0]];
    for (const kind of ['intrusion.alarm', 'zone.trouble', 'zone.bypassed', 'zone.open'] as const) {
      await say({ kind, point: 'zone-1', phase: 'restored' });
      shown.push(conditions()[0]);
    }
    assert.deepEqual(shown, ['alarm', 'trouble', 'bypassed', 'open', 'normal']);
    assert.equal(state().zones[0]?.since, clock.now());
  });

  it('still knows after a restart which zones are open', async () => {
    await say({ kind: 'zone.open', point: 'zone-1' });
    const openedAt = clock.now();
    await say({ kind: 'zone.open', point: 'zone-2' });
    await say({ kind: 'zone.open', point: 'zone-2', phase: 'restored' });
    open();
    assert.deepEqual(conditions(), ['open', 'normal']);
    assert.equal(state().zones[0]?.since, openedAt);
    await say({ kind: 'zone.open', point: 'zone-1', phase: 'restored' });
    assert.deepEqual(conditions(), ['normal', 'normal']);
  });

  it('counts from when a condition began, not from when it was told again', async () => {
    await say({ kind: 'intrusion.alarm', point: 'zone-1' });
    const began = clock.now();
    await say({ kind: 'intrusion.alarm', point: 'zone-1' });
    await say({ kind: 'tamper', point: 'zone-1' });
    assert.equal(state().zones[0]?.since, began);
  });

  it('takes arming by a zone’s key switch for the panel’s', async () => {
    await say({ kind: 'panel.armed', point: 'zone-1', details: { partition: '1' } });
    assert.equal(state().partitions[0]?.armed, true);
  });

  it('judges what is read on connecting by the partition that it is about', async () => {
    await arm('1', 'raised', '7');
    await arm('2', 'restored', '7');
    open();
    await arm('1', 'raised', '7', { initial: true });
    assert.equal(intake.counts.unchanged, 1);
    await arm('2', 'raised', '7', { initial: true });
    const [last] = new Journal(store).read({ limit: 1, newestFirst: true });
    assert.equal(last?.details['changedWhileOffline'], true);
  });
});
