import assert from 'node:assert/strict';
import definition from '../../../simulators/sia-panel/index.ts';
import type { SiaPanel } from '../../../simulators/sia-panel/index.ts';
import { quirks } from '../../../simulators/sia-panel/quirks.ts';
import { until } from '../../support/until.ts';
import { startRig, testKey } from './rig.ts';
import type { Rig } from './rig.ts';

describe('sia-panel with a simulated panel of every kind', () => {
  let rig: Rig;
  let panel: SiaPanel;
  afterEach(async () => {
    await panel.stop();
    await rig.stop();
  });

  async function dial(quirk: string, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    rig = await startRig({ options: { clockPolicy: 'accept' }, encrypted: options['key'] !== undefined });
    panel = definition.create('panel-main', { port: rig.port, account: '4711', pollSeconds: 1, retrySeconds: 5, quirks: [quirk], ...options });
    await panel.start();
  }
  const ofZone = (kind: string) => rig.host.reported.find((signal) => signal.point === 'zone-2' && signal.kind === kind);

  for (const quirk of quirks.names) {
    for (const protocol of ['sia-dcs', 'adm-cid']) {
      for (const key of [undefined, testKey]) {
        it(`acknowledges polls and reports of a panel with ${quirk}, by ${protocol} ${key ? 'encrypted' : 'in clear'}`, async () => {
          await dial(quirk, { protocol, ...(key && { key }) });
          await until('the poll', () => panel.pollsAcknowledged > 0);
          await panel.stimuli['alarm']?.({ zone: 2 });
          await panel.stimuli['tamper']?.({ zone: 2 });
          await until('both acknowledgements', () => panel.acknowledged === 2);
          assert.ok(ofZone('intrusion.alarm'));
          assert.ok(ofZone('tamper'));
          assert.deepEqual([panel.sent, rig.host.malformedFrames], [2, []]);
        });
      }
    }
  }

  const details = async (quirk: string) => {
    await dial(quirk);
    await panel.stimuli['alarm']?.({ zone: 2 });
    await until('the acknowledgement', () => panel.acknowledged === 1);
    return ofZone('intrusion.alarm');
  };

  it('shows the text of a report, whichever way it is written', async () => {
    assert.equal((await details('text-in-carets'))?.details?.['text'], 'Front door');
    await panel.stop();
    await rig.stop();
    assert.equal((await details('text-block'))?.details?.['text'], 'Front door');
  });

  it('shows MAC address, position and verification', async () => {
    const { mac, longitude, latitude, verification } = (await details('extended-blocks'))?.details ?? {};
    assert.deepEqual([mac, longitude, latitude, verification], ['0026B9E4268B', '074.1234W', '40.7128N', 'https://panel.invalid/1']);
  });

  it('knows how far a clock of the year 2000 is behind', async () => {
    const { clockOffsetMs = 0 } = (await details('clock-of-2000')) ?? {};
    assert.ok(Math.abs(clockOffsetMs - (Date.UTC(2000, 0, 1) - Date.now())) < 60_000);
  });
});
