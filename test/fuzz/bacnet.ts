import assert from 'node:assert/strict';
import { DeviceClient } from '../../adapters/bacnet-door/client.ts';
import { readIAm } from '../../adapters/bacnet-door/discover.ts';
import { forwardedFrom, frameFault } from '../../adapters/bacnet-door/frame.ts';
import { resultCode } from '../../adapters/bacnet-door/foreign-device.ts';
import { GuardedTransport } from '../../adapters/bacnet-door/transport.ts';
import { decodeElements, MalformedEncoding } from '../../simulators/bacnet-door/codec/elements.ts';
import { decodeFrame, encodeFrame } from '../../simulators/bacnet-door/codec/frame.ts';
import * as services from '../../simulators/bacnet-door/codec/services.ts';
import { timeStamp } from '../../simulators/bacnet-door/objects.ts';
import { address, Rig, relayAddress, simulator } from '../adapters/bacnet-door/rig.ts';
import { TestHost } from '../support/adapter-host.ts';
import { until } from '../support/until.ts';
import { BURST, deliverByUdp, inBursts, isReported } from './support/delivery.ts';
import { mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const door = { type: 30, instance: 1 } as const;
const wholly = (data: Buffer) => ({ data, invokeId: 1, segmented: false }) as const;
const covered = services.encodeCovNotification({
  process: 1,
  device: 3001,
  object: door,
  secondsRemaining: 300,
  values: [
    { property: 85, values: [{ type: 'enumerated', value: 1 }] },
    { property: 111, values: [{ type: 'bits', value: [true, false, false, false] }] },
    { property: 250, values: [timeStamp(new Date(0))] },
  ],
});
const alarm = services.encodeEventNotification({
  process: 1,
  device: 3001,
  object: door,
  timeStamp: timeStamp(new Date(0)),
  ackRequired: true,
  fromState: 0,
  toState: 2,
  newState: 3,
  eventType: 1,
  notifyType: 0,
});
const read = services.encodeReadMultipleAck([
  {
    object: door,
    results: [
      { property: 85, values: [{ type: 'enumerated', value: 0 }] },
      { property: 77, values: [{ type: 'text', value: 'Door 1' }] },
      { property: 87, values: [{ type: 'null' }, { type: 'enumerated', value: 1 }] },
      { property: 231, error: [2, 32] },
    ],
  },
]);
const [subscribe, write] = ['09011c078000012901 3a012c', '0c0780000119553e91013f4908'].map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** What a device sends, and what a client asks. */
const seeds: readonly Buffer[] = [
  encodeFrame({ type: 'complex-ack', service: 14, ...wholly(read) }),
  encodeFrame({
    type: 'complex-ack',
    service: 12,
    ...wholly(services.encodeReadAck({ object: door, property: 85 }, [{ type: 'enumerated', value: 1 }])),
  }),
  encodeFrame({ type: 'confirmed-request', service: 1, ...wholly(covered) }),
  encodeFrame({ type: 'unconfirmed-request', service: 2, data: covered }),
  encodeFrame({ type: 'confirmed-request', service: 2, ...wholly(alarm) }),
  encodeFrame({ type: 'unconfirmed-request', service: 0, data: services.encodeIAm(3001, 999) }),
  encodeFrame({ type: 'error', service: 12, ...wholly(services.encodeError([2, 32])) }),
  encodeFrame({ type: 'simple-ack', service: 15, invokeId: 1 }),
  encodeFrame({ type: 'confirmed-request', service: 5, ...wholly(subscribe ?? Buffer.alloc(0)) }),
  encodeFrame({ type: 'confirmed-request', service: 15, ...wholly(write ?? Buffer.alloc(0)) }),
];

/** Most mutated frames get a right length again, so that they reach what is behind the envelope. */
function hostile(random: Random): Buffer {
  const bytes = mutated(random, oneOf(random, seeds));
  if (bytes.length >= 4 && random() < 0.8) {
    bytes[0] = 0x81;
    bytes.writeUInt16BE(bytes.length, 2);
  }
  return bytes;
}

async function fuzzEnvelope(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  for (let i = 0; i < count; i += 1) {
    const bytes = hostile(random);
    frameFault(bytes);
    forwardedFrom(bytes);
    resultCode(bytes);
    const { instance = 0, vendor = 0 } = readIAm(bytes) ?? {};
    assert.ok(instance < 0x40_0000 && vendor < 0x1_0000);
  }
}

/** The library behind its guarded transport: whatever arrives is decoded, ignored or counted, and nothing throws. */
async function fuzzClient(random: Random, count: number): Promise<void> {
  const peer = { address: '127.0.0.9', port: 9 };
  const host = new TestHost([]);
  let malformed = 0;
  const transport = await GuardedTransport.create({ local: { address: '127.0.0.1', port: 0 }, peer }, () => (malformed += 1));
  const client = new DeviceClient(transport, peer, host);
  client.onCovNotification(() => undefined);
  client.onEventNotification(() => undefined);
  client.onIAm(() => undefined);
  for (let i = 0; i < count; i += 1) {
    transport.receive(hostile(random), peer);
    // What the library answers has to leave the machine.
    if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(malformed > 0);
  client.close();
  await transport.closed;
}

async function fuzzSimulatorCodec(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const decoders = [
    decodeElements,
    services.decodeReadProperty,
    services.decodeReadPropertyMultiple,
    services.decodeWriteProperty,
    services.decodeWritePropertyMultiple,
    services.decodeSubscribeCov,
    services.decodeAcknowledgeAlarm,
  ];
  for (let i = 0; i < count; i += 1) {
    try {
      const apdu = decodeFrame(hostile(random));
      if (apdu !== undefined && 'data' in apdu) oneOf<(data: Buffer) => unknown>(random, decoders)(apdu.data);
    } catch (error) {
      if (!(error instanceof MalformedEncoding)) throw error;
    }
  }
}

/** A request that a client does not serve: it is answered with an error of its service and invoke id. */
const unserved = encodeFrame({ type: 'confirmed-request', service: 15, data: write ?? Buffer.alloc(0), invokeId: 77, segmented: false });
/** Error-PDU (clause 20.1.7). */
const isRefusal = (frame: Buffer) => frame.subarray(6, 9).equals(Buffer.from([0x50, 77, 15]));

/** An adapter whose device sends such frames stays up or says that the link is lost; it never takes the process with it. */
async function fuzzAdapter(random: Random, count: number): Promise<void> {
  const rig = new Rig();
  try {
    const device = await rig.device();
    const relay = await rig.relay(device);
    let refusals = 0;
    relay.hears = (frame) => (refusals += isRefusal(frame) ? 1 : 0);
    let host = rig.host();
    let lost = false;
    const connect = async () => {
      await rig.releaseAdapters();
      host = rig.host();
      lost = false;
      const { done } = await rig.connect(relay.port, host, { host: relayAddress });
      done.catch((error: unknown) => {
        isReported(error);
        lost = true;
      });
    };
    await connect();
    const send = async () => {
      await relay.inject(relay.seen.length > 0 && random() < 0.5 ? mutated(random, oneOf(random, relay.seen)) : hostile(random));
      relay.seen.splice(0, relay.seen.length - 200);
      host.malformedFrames.splice(0, host.malformedFrames.length - 1000);
    };
    let left = count;
    while (left > 0) {
      if (lost) await connect();
      const burst = Math.min(left, BURST);
      await inBursts(burst, send, async () => {
        const before = refusals;
        await relay.inject(unserved);
        await until('the answer to a request after them', () => lost || refusals > before);
      });
      // What a lost link did not take is no input.
      if (!lost) left -= burst;
    }
    if (lost) await connect();
    await device.stimuli['badge']?.({ door: 2, credential: 99, valid: true });
    await until('the badge, or the loss of the link', () => lost || host.of('reader-2', 'access.granted').length > 0);
  } finally {
    await rig.close();
  }
}

async function fuzzSimulator(random: Random, count: number): Promise<void> {
  const device = simulator();
  await device.start();
  try {
    const question = {
      datagram: Buffer.from('810b000801001008', 'hex'),
      isAnswer: (bytes: Buffer) => bytes.subarray(4, 8).equals(Buffer.from('01001000', 'hex')),
    };
    await deliverByUdp({ host: address, port: device.port }, count, () => hostile(random), question);
  } finally {
    await device.stop();
  }
}

export const targets: readonly Target[] = [
  { name: 'bacnet envelope', kind: 'codec', run: fuzzEnvelope },
  { name: 'bacnet client and its library', kind: 'codec', run: fuzzClient },
  { name: 'bacnet simulator codec', kind: 'codec', run: fuzzSimulatorCodec },
  { name: 'bacnet adapter, UDP', kind: 'socket', run: fuzzAdapter },
  { name: 'bacnet simulator, UDP', kind: 'socket', run: fuzzSimulator },
];
