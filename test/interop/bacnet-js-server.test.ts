import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { ApplicationTag, ObjectType } from '@bacnet-js/client';
import type { BACNetAppData } from '@bacnet-js/client';
import { doorAt } from '../../adapters/bacnet-door/options.ts';
import { BacnetClient } from '../../adapters/bacnet-door/library.ts';
import { hasty } from '../support/hasty-clock.ts';
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

describe('the BACnet door adapter on a device of binary objects, made with an independent stack', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  it('works the outputs of a door, one by one where the device drops a request to write several', async () => {
    const port = await freePort();
    const peer = new BacnetClient({ port, interface: peerAddress });
    /** Priority 8 of Binary Outputs 1 and 2. */
    const slots = new Map<number, number | null>([
      [1, null],
      [2, null],
    ]);
    let contact = 0;
    const written: string[] = [];
    const enumerated = (value: number): BACNetAppData => ({ type: ApplicationTag.ENUMERATED, value });
    const write = (instance: number, { value }: { value: unknown }, priority: number) => {
      written.push(`${instance}=${String(value)}@${priority}`);
      slots.set(instance, value === null ? null : Number(value));
    };
    peer.on('readProperty', ({ header, invokeId = 0, payload: { objectId, property } }) => {
      const sender = header?.sender ?? {};
      const slot = slots.get(objectId.instance) ?? null;
      const object = objectId.type === ObjectType.DEVICE ? { type: ObjectType.DEVICE, instance: 3001 } : objectId;
      const array = Array.from({ length: 16 }, (_, at): BACNetAppData =>
        at === 7 && slot !== null ? enumerated(slot) : { type: ApplicationTag.NULL, value: null },
      );
      const known: Record<string, readonly BACNetAppData[]> = {
        '8/75': [{ type: ApplicationTag.OBJECTIDENTIFIER, value: object }],
        '4/85': [enumerated(slot ?? 0)],
        '4/87': array,
        '4/104': [enumerated(0)],
        '3/85': [enumerated(contact)],
      };
      const value = known[`${object.type}/${property.id}`];
      if (value === undefined) peer.errorResponse(sender, 12, invokeId, 2, 32);
      else peer.readPropertyResponse(sender, invokeId, object, { ...property, index: everything }, [...value]);
    });
    peer.on('writeProperty', ({ header, invokeId = 0, payload }) => {
      const { objectId, value } = payload as unknown as {
        objectId: { instance: number };
        value: { value: { value: unknown }[]; priority: number };
      };
      const [data] = value.value;
      if (data !== undefined) write(objectId.instance, data, value.priority);
      peer.simpleAckResponse(header?.sender ?? {}, 15, invokeId);
    });
    try {
      const at = doorAt.parse({ contact: { binaryInput: 1 }, lock: [{ binaryOutput: 1 }, { binaryOutput: 2 }] });
      const host = rig.host([{ id: 'door', type: 'door', name: 'Door', at }], hasty(10));
      const { doors } = await rig.connect(port, host, { host: peerAddress });
      await doors?.command('door', 'unlock');
      assert.deepEqual(written, ['1=1@8', '2=1@8']);
      await until('unlocked', () => host.of('door', 'door.unlocked').at(-1)?.phase === 'raised');
      contact = 1;
      await until('open', () => host.of('door', 'door.open').at(-1)?.phase === 'raised');
      await doors?.command('door', 'lock');
      assert.deepEqual([...slots.values()], [null, null]);
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
