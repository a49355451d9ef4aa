import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { DeviceClient } from '../../adapters/bacnet-door/client.ts';
import { forwardedFrom, frameFault } from '../../adapters/bacnet-door/frame.ts';
import { resultCode } from '../../adapters/bacnet-door/foreign-device.ts';
import { GuardedTransport } from '../../adapters/bacnet-door/transport.ts';
import { decodeElements, MalformedEncoding } from '../../simulators/bacnet-door/codec/elements.ts';
import { decodeFrame } from '../../simulators/bacnet-door/codec/frame.ts';
import * as services from '../../simulators/bacnet-door/codec/services.ts';
import { Rig, relayAddress, simulator } from '../adapters/bacnet-door/rig.ts';
import { TestHost } from '../support/adapter-host.ts';
import { until } from '../support/until.ts';
import { below, mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

// Right frames: what a device sends (an answer to ReadPropertyMultiple, notifications, I-Am, an error), and what a client asks.
const seeds: readonly Buffer[] = [
  '810a002e010030010e0c078000011e29554e91004f29e74e91004f29e94e91004f296f4e8204004f29e24e91004f1f',
  '810b00150100100 0c402000bb92205c491032203e7'.replaceAll(' ', ''),
  '810a0029010400050101093c1c02000bb92c078000013a012c4e095 52e91012f096f2e8204802f4f'.replaceAll(' ', ''),
  '810a0026010010020901 1c02000bb92c0780000139014e09552e91012f096f2e8204802f4f'.replaceAll(' ', ''),
  '810a00360104000502020901 1c02000bb92c078000013e2ea47e0b15062eb40c1e0f002f3f49015964690179008900 9a0000a902cb'.replaceAll(' ', ''),
  '810a000d01005001 0c91029120'.replaceAll(' ', ''),
  '810a0011010400050a0c0c0200 0bb9194b'.replaceAll(' ', ''),
  '810a001801040005070f0c078000011955 3e91013f4908'.replaceAll(' ', ''),
  '810a001701040005030509 011c0780000129013a012c'.replaceAll(' ', ''),
].map((hex) => Buffer.from(hex, 'hex'));

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

/** An adapter whose device sends such frames stays up or says that the link is lost; it never takes the process with it. */
async function fuzzAdapter(random: Random, count: number): Promise<void> {
  const rig = new Rig();
  try {
    const device = await rig.device();
    const relay = await rig.relay(device);
    const host = rig.host();
    let lost: Error | undefined;
    const { done } = await rig.connect(relay.port, host, { host: relayAddress });
    done.catch((error: unknown) => (lost = error as Error));
    for (let i = 0; i < count; i += 1) {
      const own = relay.seen.length > 0 && random() < 0.5 ? mutated(random, oneOf(random, relay.seen)) : hostile(random);
      await relay.inject(own);
      if (relay.seen.length > 200) relay.seen.splice(0, 100);
      if (host.malformedFrames.length > 1000) host.malformedFrames.splice(0);
    }
    if (lost !== undefined) return;
    await device.stimuli['badge']?.({ door: 2, credential: 99, valid: true });
    await until('the badge, or the loss of the link', () => lost !== undefined || host.of('reader-2', 'access.granted').length > 0);
  } finally {
    await rig.close();
  }
}

async function fuzzSimulator(random: Random, count: number): Promise<void> {
  const device = simulator();
  await device.start();
  const socket = createSocket('udp4');
  const answers: Buffer[] = [];
  try {
    socket.on('message', (bytes) => answers.push(bytes));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    for (let i = 0; i < count; i += 1) {
      await new Promise((sent) => socket.send(hostile(random), device.port, '127.0.0.3', sent));
      if (below(random, 100) === 0) answers.splice(0);
    }
    answers.splice(0);
    const who = Buffer.from('810b000801001008', 'hex');
    await until('an I-Am', () => {
      socket.send(who, device.port, '127.0.0.3');
      return answers.some((bytes) => bytes.subarray(4, 8).equals(Buffer.from('01001000', 'hex')));
    });
  } finally {
    socket.close();
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
