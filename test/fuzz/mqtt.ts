import assert from 'node:assert/strict';
import { connect as dial } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Inbox } from '../../adapters/mqtt/inbox.ts';
import { mqttOptions } from '../../adapters/mqtt/options.ts';
import { LARGEST_PACKET_BYTES, PacketGuard } from '../../adapters/mqtt/packet-guard.ts';
import { PointIndex } from '../../src/adapter/mapping/point-index.ts';
import * as codec from '../../simulators/mqtt/codec.ts';
import { brokerPort, connect, doorMappings, newHost, startFleet } from '../adapters/mqtt/bench.ts';
import { HostileBroker } from '../adapters/mqtt/hostile-broker.ts';
import { deliverByTcp, isReported, severalAtOnce } from './support/delivery.ts';
import { below, bytesOf, mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const messages = [
  { topic: 'site/door/door-a/state', payload: '{"contact": "open", "time": 1768478400000}' },
  { topic: 'site/door/door-b/event', payload: '{"type": "forced", "id": 1}' },
  { topic: 'site/door/door-a/event', payload: '{"type": "granted", "credential": "1001", "id": 2}' },
].map(({ topic, payload }) => ({ topic, payload: Buffer.from(payload) }));
const publication = (random: Random) =>
  codec.publish({ ...oneOf(random, messages), qos: random() < 0.5 ? 0 : 1, retain: random() < 0.5 }, 1 + below(random, 9), random() < 0.2);
const field = (text: string) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
const subscribe = Buffer.concat([Buffer.from([0x82, 20, 0, 1]), field('site/door/+/sta'), Buffer.from([1])]);
const packets = (random: Random) =>
  oneOf(random, [
    publication(random),
    subscribe,
    codec.puback(1),
    codec.pingreq(),
    codec.disconnect(),
    codec.connack(false, 0),
    codec.suback(1, [1, 0x80]),
  ]);
const connectAs = (clientId: string) => codec.connect({ clientId, cleanSession: true, keepAliveSeconds: 30 });

/** Messages, from their bytes to events: none makes the mappings throw, and what cannot be understood is counted. */
async function fuzzMessages(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const host = newHost();
  const { mappings } = mqttOptions.parse({ host: '127.0.0.1', mappings: doorMappings });
  const inbox = new Inbox(host, new PointIndex(host, {}), mappings, 'untrusted');
  for (let i = 0; i < count; i += 1) {
    const { topic, payload } = oneOf(random, messages);
    const hostileTopic = random() < 0.3 ? mutated(random, Buffer.from(topic)).toString() : topic;
    for (const { point } of inbox.signals({ topic: hostileTopic, payload: mutated(random, payload), retained: random() < 0.5 })) {
      assert.ok(['door-a', 'door-b'].includes(point ?? ''));
    }
    host.malformedFrames.splice(0);
  }
}

/** Streams of packets: the guard finds one that is too long, and no other. */
async function fuzzGuard(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  let guard = new PacketGuard();
  for (let i = 0; i < count; i += 1) {
    const length = guard.tooLong(random() < 0.2 ? bytesOf(random, 300) : mutated(random, publication(random)));
    if (length === undefined) continue;
    assert.ok(length > LARGEST_PACKET_BYTES && length < 2 ** 35);
    guard = new PacketGuard();
  }
}

/** The simulators' reading of packets throws nothing but what their connections are ended for. */
async function fuzzSimulatorCodec(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const readers = [codec.readConnect, codec.readConnack, codec.readPublish, codec.readId, codec.readSubscribe, codec.readUnsubscribe];
  for (let i = 0; i < count; i += 1) {
    const bytes = mutated(random, random() < 0.2 ? connectAs('c') : packets(random));
    try {
      for (const packet of codec.split(bytes).packets) oneOf<(packet: codec.Packet) => unknown>(random, readers)(packet);
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof TypeError), String(error));
    }
    codec.matches(mutated(random, Buffer.from('site/+/door/#')).toString(), 'site/a/door/b/c');
  }
}

/** A broker that sends anything: the link ends with a reason. */
async function fuzzAdapter(random: Random, count: number): Promise<void> {
  let sent = 0;
  const brokers = Math.min(16, Math.ceil(count / 20));
  await severalAtOnce(
    brokers,
    async () => {
      const broker = new HostileBroker();
      const port = await broker.start();
      try {
        while (broker.sent * brokers < count) {
          broker.insteadOf = oneOf(random, ['nothing', 'nothing', 'nothing', 'acceptance', 'grant']);
          const usual = { nothing: publication(random), acceptance: codec.connack(false, 0), grant: codec.suback(1, [1, 1]) }[broker.insteadOf];
          broker.bytes = Buffer.concat([mutated(random, usual), random() < 0.5 ? publication(random) : mutated(random, packets(random))]);
          const host = newHost();
          const connection = await connect(host, port).catch(isReported);
          await connection?.done.catch(isReported);
          host.abort();
        }
        sent += broker.sent;
      } finally {
        await broker.stop();
      }
    },
    brokers,
  );
  assert.ok(sent >= count);
}

/** Clients that connect rightly, most of them, and then send anything. */
async function fuzzBroker(random: Random, count: number): Promise<void> {
  const fleet = await startFleet();
  const to = { host: '127.0.0.1', port: brokerPort(fleet) };
  let clients = 0;
  try {
    const input = () => {
      // Of one client the broker would end the older connection.
      const hello = connectAs(`c${(clients += 1)}`);
      const bytes = Buffer.concat([packets(random), mutated(random, packets(random)), mutated(random, packets(random))]);
      return Buffer.concat([random() < 0.9 ? hello : mutated(random, hello), bytes]);
    };
    await deliverByTcp(to, random, count, input);
    const answer = await buffer(dial({ ...to, allowHalfOpen: true }).end(Buffer.concat([connectAs('last'), codec.pingreq()])));
    assert.deepEqual(answer.subarray(-2), codec.pingresp());
  } finally {
    await fleet.stop();
  }
}

export const targets: readonly Target[] = [
  { name: 'mqtt messages', kind: 'codec', run: fuzzMessages },
  { name: 'mqtt lengths of packets', kind: 'codec', run: fuzzGuard },
  { name: 'mqtt simulator codec', kind: 'codec', run: fuzzSimulatorCodec },
  { name: 'mqtt adapter with a hostile broker', kind: 'socket', run: fuzzAdapter },
  { name: 'mqtt simulator, broker', kind: 'socket', run: fuzzBroker },
];
