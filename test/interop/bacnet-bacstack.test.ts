import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import Bacstack from 'bacstack';
import { until } from '../support/until.ts';
import { doorPoint, Rig, simulator } from '../adapters/bacnet-door/rig.ts';

// bacstack is an implementation of BACnet that neither our adapter nor our simulator shares code with.
// It sends to the port that it is bound to, so that both ends have the same port on addresses of their own.

const peerAddress = '127.0.0.5';
const door = { type: 30, instance: 1 };
const presentValue = 85;
const priorityArray = 87;
const enumerated = 9;

function bacstackAt(port: number): Bacstack {
  return new Bacstack({ port, interface: peerAddress, broadcastAddress: '127.255.255.255', apduTimeout: 2000 });
}

describe('bacstack as a client of the BACnet door simulator', () => {
  const device = simulator({ pulseMs: 60_000 });
  let client: Bacstack;
  before(async () => {
    await device.start();
    client = bacstackAt(device.port);
  });
  after(async () => {
    client.close();
    await device.stop();
  });

  const read = (property: number) =>
    new Promise<unknown[]>((resolve, reject) => {
      client.readProperty('127.0.0.3', door, property, (error, result) => {
        if (error) reject(error);
        else resolve(result.values.map(({ value }) => value));
      });
    });
  const write = (type: number, value: unknown, priority: number) =>
    new Promise<void>((resolve, reject) => {
      client.writeProperty('127.0.0.3', door, presentValue, [{ type, value }], { priority }, (error) => (error ? reject(error) : resolve()));
    });

  it('reads a door', async () => {
    assert.deepEqual(await read(presentValue), [0]);
    assert.deepEqual(await read(231), [0]);
    await device.stimuli['force']?.({ door: 1 });
    assert.deepEqual(await read(231), [1]);
    assert.deepEqual(await read(226), [3]);
    await device.stimuli['close']?.({ door: 1 });
  });

  it('commands a door at a priority and relinquishes it', async () => {
    await write(enumerated, 1, 8);
    assert.deepEqual(await read(presentValue), [1]);
    assert.deepEqual(await read(233), [1]);
    assert.equal((await read(priorityArray))[7], 1);
    await write(enumerated, 0, 3);
    assert.deepEqual(await read(presentValue), [0]);
    await write(0, null, 3);
    await write(0, null, 8);
    assert.deepEqual(await read(presentValue), [0]);
    assert.ok((await read(priorityArray)).every((value) => value === null));
  });

  it('is told what is wrong with a request', async () => {
    await assert.rejects(read(9999), /Class:2 - Code:32/);
    await assert.rejects(write(enumerated, 9, 8), /Class:2 - Code:37/);
    await assert.rejects(write(4, 1.5, 8), /Class:2 - Code:9/);
  });
});

describe('the BACnet door adapter on a device made with bacstack', () => {
  const rig = new Rig();
  afterEach(() => rig.close());

  it('reads its states by polling, as COV is refused, and commands its door', async () => {
    const port = await freePort();
    const peer = bacstackAt(port);
    const slots = new Array<number | null>(16).fill(null);
    let doorStatus = 0;
    const value = (type: number, content: unknown) => [{ type, value: content }];
    const properties = (): Record<string, { type: number; value: unknown }[]> => ({
      '8/75': value(12, { type: 8, instance: 3001 }),
      '8/70': value(7, 'bacstack'),
      '30/85': value(enumerated, slots.find((slot) => slot !== null) ?? 0),
      '30/87': slots.map((slot) => (slot === null ? { type: 0, value: null } : { type: enumerated, value: slot })),
      '30/104': value(enumerated, 0),
      '30/231': value(enumerated, doorStatus),
      '30/226': value(enumerated, 0),
    });
    peer.on('readProperty', ({ address, invokeId, request: { objectId, property } }) => {
      const own = { ...objectId, instance: objectId.type === 8 ? 3001 : objectId.instance };
      peer.readPropertyResponse(address, invokeId, own, property, properties()[`${own.type}/${property.id}`] ?? []);
    });
    peer.on('readPropertyMultiple', ({ address, invokeId, request }) => {
      const unknown = value(enumerated, { type: 'BacnetError', errorClass: 2, errorCode: 32 });
      const values = request.properties.map(({ objectId, properties: wanted }) => ({
        objectId,
        values: wanted.map((property) => ({ property, value: properties()[`${objectId.type}/${property.id}`] ?? unknown })),
      }));
      peer.readPropertyMultipleResponse(address, invokeId, values);
    });
    peer.on('writeProperty', ({ address, invokeId, request }) => {
      const [written] = request.value.value;
      slots[request.value.priority - 1] = typeof written?.value === 'number' ? written.value : null;
      peer.simpleAckResponse(address, 15, invokeId);
    });
    peer.on('subscribeCOV', ({ address, invokeId }) => peer.errorResponse(address, 5, invokeId, 1, 45));

    try {
      const host = rig.host([doorPoint(1)]);
      const { doors } = await rig.connect(port, host, { host: peerAddress, localPort: port });
      assert.equal(host.onlineDetail, 'bacstack');
      assert.equal(host.of('door-1', 'door.open')[0]?.phase, 'restored');
      assert.deepEqual(host.of('door-1', 'door.unlocked'), []);
      doorStatus = 1;
      await until('open', () => host.of('door-1', 'door.open').at(-1)?.phase === 'raised');
      await doors?.command('door-1', 'unlock');
      assert.equal(slots[7], 1);
      await doors?.command('door-1', 'lock');
      assert.equal(slots[7], null);
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
