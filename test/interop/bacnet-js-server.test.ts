import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { ApplicationTag, ObjectType } from '@bacnet-js/client';
import type { BACNetAppData } from '@bacnet-js/client';
import { BacnetClient } from '../../adapters/bacnet-door/library.ts';
import { until } from '../support/until.ts';
import { doorPoint, Rig } from '../adapters/bacnet-door/rig.ts';

const peerAddress = '127.0.0.6';
const everything = 0xffff_ffff;

describe('the BACnet door adapter on a device that reads one property at a time and offers no COV', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  it('reads property by property and polls', async () => {
    const port = await freePort();
    const peer = new BacnetClient({ port, interface: peerAddress });
    let doorStatus = 0;
    // Whatever else is asked for, the library answers with an error of class SERVICES by itself.
    peer.on('readProperty', ({ header, invokeId = 0, payload: { objectId, property } }) => {
      const sender = header?.sender ?? {};
      const object = objectId.type === ObjectType.DEVICE ? { type: ObjectType.DEVICE, instance: 3001 } : objectId;
      const known: Record<string, BACNetAppData> = {
        '8/75': { type: ApplicationTag.OBJECTIDENTIFIER, value: object },
        '30/85': { type: ApplicationTag.ENUMERATED, value: 0 },
        '30/231': { type: ApplicationTag.ENUMERATED, value: doorStatus },
        '30/233': { type: ApplicationTag.ENUMERATED, value: 0 },
      };
      const value = known[`${object.type}/${property.id}`];
      if (value === undefined) peer.errorResponse(sender, 12, invokeId, 2, 32);
      else peer.readPropertyResponse(sender, invokeId, object, { ...property, index: everything }, [value]);
    });
    try {
      const host = rig.host([doorPoint(1)]);
      await rig.connect(port, host, { host: peerAddress });
      assert.deepEqual(
        host.reported.map(({ kind, phase }) => `${kind} ${phase}`),
        ['door.open restored', 'door.unlocked restored', 'door.fault restored'],
      );
      doorStatus = 1;
      await until('open', () => host.of('door-1', 'door.open').at(-1)?.phase === 'raised');
      assert.deepEqual(host.malformedFrames, []);
    } finally {
      await rig.close();
      peer.close();
    }
  });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, peerAddress, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}
