import assert from 'node:assert/strict';
import definition from '../../../simulators/sia-panel/index.ts';
import type { SiaPanel } from '../../../simulators/sia-panel/index.ts';
import type { DeviceSignal } from '../../../src/domain/event.ts';
import { until } from '../../support/until.ts';
import { startRig, testKey } from '../../adapters/sia-panel/rig.ts';
import type { Rig, RigSettings } from '../../adapters/sia-panel/rig.ts';

/** What intake keeps: the first of each repeat key. */
function distinct(signals: readonly DeviceSignal[]): DeviceSignal[] {
  const seen = new Set<string>();
  return signals.filter(({ repeatKey }) => repeatKey === undefined || (!seen.has(repeatKey) && seen.add(repeatKey)));
}

describe('a simulated panel that dials in to the receiver', () => {
  let rig: Rig | undefined;
  let panel: SiaPanel | undefined;
  afterEach(async () => {
    await panel?.stop();
    await rig?.stop();
    rig = undefined;
    panel = undefined;
  });

  async function dial(options: Readonly<Record<string, unknown>> = {}, settings: RigSettings = {}): Promise<{ rig: Rig; panel: SiaPanel }> {
    const started = (rig = await startRig({ ...settings, encrypted: options.key !== undefined }));
    const dialling = (panel = definition.create('panel-main', {
      port: started.port,
      account: '4711',
      pollSeconds: 0,
      retrySeconds: 0.05,
      ...options,
    }));
    await dialling.start();
    return { rig: started, panel: dialling };
  }

  async function stimulate(name: string, args: Readonly<Record<string, number>> = {}): Promise<void> {
    await panel?.stimuli[name]?.(args);
  }

  for (const transport of ['tcp', 'udp']) {
    for (const protocol of ['sia-dcs', 'adm-cid']) {
      for (const key of [undefined, testKey]) {
        it(`reports every stimulus once by ${protocol} over ${transport}, ${key ? 'encrypted' : 'in clear'}`, async () => {
          const run = await dial({ transport, protocol, ...(key && { key }), retrySeconds: 5 });
          await stimulate('alarm', { zone: 1 });
          await stimulate('restore', { zone: 1 });
          await stimulate('tamper', { zone: 2 });
          await stimulate('restore', { zone: 2 });
          await stimulate('panic', { zone: 2 });
          await stimulate('panic');
          await stimulate('arm', { user: 7 });
          await stimulate('disarm', { user: 7 });
          await stimulate('test');
          await stimulate('power-fail');
          await stimulate('power-restore');
          await until('the acknowledgements', () => run.panel.acknowledged === 11);
          assert.equal(run.panel.sent, 11);
          assert.deepEqual(
            run.rig.host.reported.filter(({ kind }) => kind !== 'device.clock').map(({ point, kind, phase }) => `${point} ${kind} ${phase}`),
            [
              'zone-1 intrusion.alarm raised',
              'zone-1 intrusion.alarm restored',
              'zone-2 tamper raised',
              'zone-2 tamper restored',
              'zone-2 panic.alarm raised',
              'panel-main panic.alarm raised',
              'panel-main panel.armed raised',
              'panel-main panel.armed restored',
              'panel-main panel.test momentary',
              'panel-main device.power raised',
              'panel-main device.power restored',
            ],
          );
        });
      }
    }
  }

  it('polls while it has nothing to say', async () => {
    const run = await dial({ pollSeconds: 0.02, key: testKey });
    await until('three polls', () => run.panel.pollsAcknowledged >= 3);
    assert.deepEqual(run.rig.host.of('panel-main', 'intrusion.alarm'), []);
  });

  it('keeps each report until the journal takes it, and each arrives exactly once', async () => {
    const run = await dial({ key: testKey });
    run.rig.host.journalFails = true;
    for (let user = 1; user <= 20; user++) await stimulate('arm', { user });
    await until('some repeats', () => run.panel.sent >= 4);
    assert.equal(run.panel.acknowledged, 0);
    assert.equal(run.panel.waiting, 20);
    run.rig.host.journalFails = false;
    await until('the acknowledgements', () => run.panel.acknowledged === 20);
    const users = distinct(run.rig.host.of('panel-main', 'panel.armed')).map(({ details }) => details?.user);
    assert.deepEqual(
      users,
      Array.from({ length: 20 }, (_, index) => String(index + 1)),
    );
  });

  it('loses and doubles nothing while the journal fails at every other report', async () => {
    const run = await dial({ transport: 'udp' });
    let calls = 0;
    const { report } = run.rig.host;
    run.rig.host.report = async (signal) => {
      // The report is taken, but the answer to it is lost: the panel must repeat, and intake must know the repeat.
      await report(signal);
      if (++calls % 2 === 0) throw new Error('the journal cannot be written');
    };
    for (let user = 1; user <= 10; user++) await stimulate('disarm', { user });
    await until('the acknowledgements', () => run.panel.acknowledged === 10);
    const reported = run.rig.host.of('panel-main', 'panel.armed');
    assert.ok(reported.length > 10);
    assert.equal(distinct(reported).length, 10);
  });

  it('keeps its queue while no receiver is there', async () => {
    const run = await dial({ key: testKey });
    const { port } = run.rig;
    await run.rig.stop();
    await stimulate('alarm', { zone: 1 });
    await stimulate('alarm', { zone: 2 });
    await until('some tries', () => run.panel.sent >= 2);
    rig = await startRig({ encrypted: true, options: { port } });
    await until('the acknowledgements', () => run.panel.acknowledged === 2);
    assert.deepEqual(
      distinct(rig.host.reported)
        .filter(({ kind }) => kind === 'intrusion.alarm')
        .map(({ point }) => point),
      ['zone-1', 'zone-2'],
    );
  });

  it('is understood when TCP brings its frame byte by byte', async () => {
    const run = await dial({ retrySeconds: 5 });
    await run.panel.faults['byte-at-a-time']?.({});
    await stimulate('alarm', { zone: 1 });
    await until('the acknowledgement', () => run.panel.acknowledged === 1);
    assert.equal(run.rig.host.of('zone-1', 'intrusion.alarm').length, 1);
  });

  it('has its duplicates reported under one key', async () => {
    const run = await dial();
    await run.panel.faults.duplicate?.({});
    await stimulate('alarm', { zone: 1 });
    await until('both', () => run.rig.host.of('zone-1', 'intrusion.alarm').length === 2);
    assert.equal(distinct(run.rig.host.of('zone-1', 'intrusion.alarm')).length, 1);
  });

  for (const fault of ['drop', 'stall', 'garble']) {
    it(`gets its alarm through once ${fault} is over`, async () => {
      const run = await dial({ key: testKey });
      await run.panel.faults[fault]?.({});
      await stimulate('alarm', { zone: 1 });
      if (fault !== 'drop') await until('some tries', () => run.panel.sent >= 2);
      assert.deepEqual(run.rig.host.of('zone-1', 'intrusion.alarm'), []);
      assert.equal(run.panel.acknowledged, 0);
      await run.panel.faults.clear?.({});
      await until('the acknowledgement', () => run.panel.acknowledged === 1);
      assert.equal(distinct(run.rig.host.of('zone-1', 'intrusion.alarm')).length, 1);
      if (fault === 'garble') assert.match(run.rig.host.malformedFrames[0]?.reason ?? '', /^CRC|envelope|header/);
    });
  }

  it('has a wrong key made visible, and gets its alarm through with the right one', async () => {
    const run = await dial({ key: testKey });
    await run.panel.faults['wrong-key']?.({});
    await stimulate('alarm', { zone: 1 });
    await until('some refusals', () => run.rig.host.malformedFrames.length >= 3);
    assert.equal(run.rig.host.of('panel-main', 'device.malformed').length, 1);
    assert.equal(run.panel.acknowledged, 0);
    await run.panel.faults.clear?.({});
    await until('the acknowledgement', () => run.panel.acknowledged === 1);
    assert.equal(distinct(run.rig.host.of('zone-1', 'intrusion.alarm')).length, 1);
  });

  it('is told NAK while its clock is wrong', async () => {
    const run = await dial({ key: testKey });
    await run.panel.faults['clock-skew']?.({ seconds: 3600 });
    await stimulate('alarm', { zone: 1 });
    await until('the NAK', () => run.panel.lastAnswer?.type === 'NAK');
    assert.deepEqual(run.rig.host.of('zone-1', 'intrusion.alarm'), []);
    await run.panel.faults.clear?.({});
    await until('the acknowledgement', () => run.panel.acknowledged === 1);
    assert.deepEqual(
      run.rig.host.of('panel-main', 'device.clock').map(({ phase }) => phase),
      ['raised', 'restored'],
    );
  });

  it('has a wrong clock taken out of the time where the policy accepts it', async () => {
    const run = await dial({ key: testKey }, { panel: { clockPolicy: 'accept' } });
    await run.panel.faults['clock-skew']?.({ seconds: 3600 });
    await stimulate('alarm', { zone: 1 });
    await until('the acknowledgement', () => run.panel.acknowledged === 1);
    const offset = run.rig.host.of('zone-1', 'intrusion.alarm')[0]?.clockOffsetMs ?? 0;
    assert.ok(Math.abs(offset - 3_600_000) < 60_000, `the offset is ${offset} ms`);
  });

  for (const check of ['digit', 'fletcher']) {
    it(`reports by plain Contact ID with a ${check} check, one report after the other`, async () => {
      const run = await dial({ protocol: 'plain-contact-id', check });
      await run.panel.faults['drop']?.({});
      for (const name of ['alarm', 'restore', 'alarm']) await stimulate(name, { zone: 1 });
      await stimulate('arm', { user: 7 });
      await run.panel.faults['clear']?.({});
      await until('the acknowledgements', () => run.panel.acknowledged === 4);
      assert.deepEqual(
        distinct(run.rig.host.reported).map(({ kind, phase }) => `${kind} ${phase}`),
        ['intrusion.alarm raised', 'intrusion.alarm restored', 'intrusion.alarm raised', 'panel.armed raised'],
      );
      assert.deepEqual(run.rig.host.malformedFrames, []);
    });
  }

  for (const fault of ['stall', 'garble', 'duplicate', 'byte-at-a-time']) {
    it(`gets its plain report through in spite of ${fault}`, async () => {
      const run = await dial({ protocol: 'plain-contact-id' });
      await run.panel.faults[fault]?.({});
      await stimulate('alarm', { zone: 1 });
      await until('a try', () => run.panel.sent >= 1);
      await run.panel.faults['clear']?.({});
      await until('the acknowledgement', () => run.panel.acknowledged === 1);
      assert.equal(distinct(run.rig.host.of('zone-1', 'intrusion.alarm')).length, 1);
    });
  }

  it('refuses options that are wrong, naming them', () => {
    assert.throws(() => definition.create('panel-main', { port: 12_000 }), /account/);
    assert.throws(() => definition.create('panel-main', { port: 12_000, account: '4711', key: 'short' }), /"key"/);
    assert.throws(() => definition.create('panel-main', { port: 12_000, account: '4711' }).stimuli.alarm?.({ zone: 9 }), /zones 1 to 8/);
  });
});
