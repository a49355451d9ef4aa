import assert from 'node:assert/strict';
import { takeAll } from '../../../adapters/onvif-camera/event-source.ts';
import type { Taking } from '../../../adapters/onvif-camera/event-source.ts';
import { Points } from '../../../adapters/onvif-camera/points.ts';
import { PropertyStates } from '../../../adapters/onvif-camera/states.ts';
import type { DecodedFrame } from '../../../src/adapter/contract.ts';
import { TestHost } from '../../support/adapter-host.ts';

describe('onvif-camera: who watches', () => {
  it('sees notifications of topics that become no events', async () => {
    const frames: DecodedFrame[] = [];
    const host = Object.assign(new TestHost([]), {
      decoded: (frame: DecodedFrame) => frames.push(frame),
    });
    const options = { events: 'pull', topics: [], pullSeconds: 1, notifyPort: 0 } as const;
    const taking: Taking = { host, options, points: new Points(host, [], undefined), states: new PropertyStates(host, host.signal, () => 0) };
    const topic = 'tns1:Vendor/Firmware/Updated';
    await takeAll([{ topic, operation: 'none', source: new Map([['Slot', '1']]), data: new Map([['Version', '2']]), raw: '<x/>' }], taking);
    assert.deepEqual(host.reported, []);
    assert.deepEqual(
      frames.map(({ name, content }) => [name, (content as { data: unknown }).data]),
      [[topic, { Version: '2' }]],
    );
    host.abort();
  });
});
