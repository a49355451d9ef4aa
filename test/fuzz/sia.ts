import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { decryptBody, parseKey, withoutPadding } from '../../adapters/sia-panel/cipher.ts';
import { occurrenceStamp, readContent, readExtended } from '../../adapters/sia-panel/content.ts';
import { decodeBody, decodeFrame, encodeFrame, maxFrameBytes, parseStamp } from '../../adapters/sia-panel/frame.ts';
import { decodePlain } from '../../adapters/sia-panel/plain-contact-id.ts';
import { FrameSplitter } from '../../adapters/sia-panel/stream.ts';
import { exchange, message, startRig, testKey } from '../adapters/sia-panel/rig.ts';
import { deliverByTcp, deliverByUdp } from './support/delivery.ts';
import { below, bytesOf, mutated, oneOf } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/sia-dc09.json', import.meta.url), 'utf8')) as { vectors: { raw: string }[] };
const seeds: readonly Buffer[] = [
  ...vectors.vectors.map(({ raw }) => Buffer.from(raw, 'latin1')),
  message({}),
  message({ token: 'ADM-CID', data: '#4711|1130 01 001', extended: '[X007E54.2][Y51N22.9][M001122334455]' }),
  message({ key: testKey, at: Date.UTC(2026, 0, 15) }),
  message({ data: '#4711|Nri1/BA001^Lobby^/BR002|AText', sequence: '0007' }),
  Buffer.from('[4711 181130010016]', 'latin1'),
  Buffer.from('[alarmanlage 18140101001B4B6]', 'latin1'),
];
const key = parseKey(testKey);

/** Half of the mutated frames get a right CRC again, so that they reach what is behind it. */
function hostile(random: Random): Buffer {
  const bytes = mutated(random, oneOf(random, seeds));
  if (random() < 0.5) return bytes;
  const decoded = decodeFrame(bytes);
  return decoded.outcome === 'frame' ? encodeFrame(decoded.frame) : bytes;
}

async function fuzzDecoding(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  for (let i = 0; i < count; i += 1) {
    const bytes = hostile(random);
    const decoded = decodeFrame(bytes);
    if (decoded.outcome === 'malformed') continue;
    const { frame, envelope } = decoded;
    if (envelope.crcValid) {
      const again = decodeFrame(encodeFrame(frame));
      assert.deepEqual(again.outcome === 'frame' && again.frame, frame);
    }
    const clear = frame.encrypted && key ? decryptBody(frame.body, key) : frame.body;
    const body = clear === undefined ? undefined : decodeBody(frame.encrypted ? withoutPadding(clear) : clear);
    if (body === undefined) continue;
    readContent(frame.token, body.data);
    readExtended(body.extended);
    parseStamp(occurrenceStamp(body.extended) ?? body.stamp ?? '');
  }
}

async function fuzzSplitter(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  let splitter = new FrameSplitter();
  for (let i = 0; i < count; i += 1) {
    if (i % 1000 === 0) splitter = new FrameSplitter();
    const bytes = random() < 0.02 ? bytesOf(random, 6000) : hostile(random);
    for (const piece of splitter.push(bytes.subarray(0, below(random, bytes.length + 1)))) {
      assert.ok(piece.bytes.length > 0);
      if (piece.type === 'report') assert.notEqual(decodePlain(piece.bytes), undefined);
    }
    assert.ok(splitter.heldBytes <= maxFrameBytes);
  }
}

async function fuzzPlain(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  const reports = seeds.slice(-2);
  for (let i = 0; i < count; i += 1) {
    const report = decodePlain(mutated(random, oneOf(random, reports)));
    if (report !== undefined) assert.match(report.contactId.qualifier + report.contactId.event, /^\d[0-9A-F]{3}$/);
  }
}

/** A receiver goes on acknowledging right messages, whatever else is sent to it. */
async function fuzzReceiver(transport: 'tcp' | 'udp', random: Random, count: number): Promise<void> {
  const rig = await startRig({ panel: { clockPolicy: 'accept' } });
  const to = { host: '127.0.0.1', port: rig.port };
  const question = { datagram: message({ sequence: '4242' }), isAnswer: (bytes: Buffer) => bytes.includes('"ACK"4242') };
  try {
    if (transport === 'udp') await deliverByUdp(to, count, () => hostile(random), question);
    else await deliverByTcp(to, random, count, () => Buffer.concat(Array.from({ length: 1 + below(random, 3) }, () => hostile(random))));
    assert.match(await exchange(rig.port, question.datagram), /"ACK"4242/);
    assert.ok(rig.host.reported.length > 0 || rig.host.malformedFrames.length > 0 || count === 0);
  } finally {
    await rig.stop();
  }
}

export const targets: readonly Target[] = [
  { name: 'sia frames, bodies and content', kind: 'codec', run: fuzzDecoding },
  { name: 'sia stream splitter', kind: 'codec', run: fuzzSplitter },
  { name: 'sia plain Contact ID', kind: 'codec', run: fuzzPlain },
  { name: 'sia receiver, TCP', kind: 'socket', run: (random, count) => fuzzReceiver('tcp', random, count) },
  { name: 'sia receiver, UDP', kind: 'socket', run: (random, count) => fuzzReceiver('udp', random, count) },
];
