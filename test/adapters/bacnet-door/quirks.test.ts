import assert from 'node:assert/strict';
import { quirks } from '../../../simulators/bacnet-door/quirks.ts';
import { hasty } from '../../support/hasty-clock.ts';
import { until } from '../../support/until.ts';
import { doorPoint, readerPoint, Rig } from './rig.ts';

describe('BACnet door adapter with a simulated controller of every kind', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  for (const quirk of quirks.names) {
    it(`sees doors and badges, and commands, in spite of ${quirk}; also after a restart`, async () => {
      const device = await rig.device({ quirks: [quirk] });
      const host = rig.host([doorPoint(1), doorPoint(2), readerPoint(1)], hasty(4));
      let lost: unknown;
      const { done, doors } = await rig.connect(device.port, host, { pollMs: 400 });
      done.catch((error: unknown) => (lost = error));
      const saw = (point: string, kind: 'door.forced' | 'door.open', phase: 'raised' | 'restored') =>
        until(`${point} ${kind} ${phase}`, () => host.of(point, kind).at(-1)?.phase === phase);
      const badge = async (credential: number) => {
        await device.stimuli['badge']?.({ door: 1, credential });
        await until(`badge ${credential}`, () =>
          host.of('reader-1', 'access.granted').some(({ details }) => details?.['credential'] === String(credential)),
        );
      };

      await device.stimuli['force']?.({ door: 2 });
      await saw('door-2', 'door.forced', 'raised');
      await device.stimuli['close']?.({ door: 2 });
      await saw('door-2', 'door.forced', 'restored');
      await badge(7);
      await doors?.command('door-2', 'unlock');
      await device.stimuli['open']?.({ door: 2 });
      await saw('door-2', 'door.open', 'raised');
      await doors?.command('door-2', 'lock');

      await device.faults['reboot']?.({});
      await badge(8);
      assert.equal(lost, undefined);
      assert.deepEqual(host.malformedFrames, []);
    });
  }

  it('says nothing of the time where the controller does not tell its offset', async () => {
    const device = await rig.device({ quirks: ['no-utc-offset'] });
    const host = rig.host([readerPoint(1)]);
    await rig.connect(device.port, host);
    await device.stimuli['badge']?.({ door: 1, credential: 7 });
    const badge = await until('the badge', () => host.of('reader-1', 'access.granted').at(-1));
    assert.deepEqual([badge.occurredAt, badge.clockOffsetMs], [undefined, undefined]);
  });
});
