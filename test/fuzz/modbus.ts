import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import adapter from '../../adapters/modbus-door/index.ts';
import { withCrc } from '../../adapters/modbus-door/crc16.ts';
import { expectedReply, mbap, rtu } from '../../adapters/modbus-door/framing.ts';
import { ModbusDoorSimulator } from '../../simulators/modbus-door/index.ts';
import { door, optionsFor } from '../adapters/modbus-door/site.ts';
import { TestHost } from '../support/adapter-host.ts';
import { until } from '../support/until.ts';
import { deliverByTcp, isReported, severalAtOnce } from './support/delivery.ts';
import { below, bytesOf, mutated } from './support/random.ts';
import type { Random } from './support/random.ts';
import type { Target } from './support/targets.ts';

/** A request of unit 1 in the form of the serial line. */
function request(random: Random): Buffer {
  const code = [1, 2, 3, 4, 5, 6, 8, 15, 16, below(random, 256)][below(random, 10)] ?? 1;
  const words = Buffer.from([0, below(random, 24), 0, 1 + below(random, 12)]);
  const more = code === 15 || code === 16 ? bytesOf(random, 20) : Buffer.alloc(0);
  return withCrc(Buffer.concat([Buffer.from([1, code]), words, more]));
}

/** A right reply of unit 1 to a request for `quantity` bits or registers. */
function replyTo(random: Random, code: number, quantity: number): Buffer {
  const data = Buffer.alloc(code <= 2 ? Math.ceil(quantity / 8) : 2 * quantity).map(() => below(random, 256));
  return withCrc(Buffer.concat([Buffer.from([1, code, data.length]), data]));
}

const framings = { 'Modbus TCP': mbap, 'RTU over TCP': rtu };

/** Random and mutated replies: a verdict always comes, uses no more than there is, and no frame is taken that is not of the right form. */
async function fuzzFraming(random: Random, count: number): Promise<void> {
  await Promise.resolve();
  for (let i = 0; i < count; i += 1) {
    const framing = random() < 0.5 ? mbap : rtu;
    const code = 1 + below(random, 4);
    const quantity = 1 + below(random, 40);
    const transaction = below(random, 0x10000);
    const expected = expectedReply(withCrc(Buffer.from([1, code, 0, 0, 0, quantity])), transaction);
    const right = framing.encode(replyTo(random, code, quantity), transaction);
    const bytes = random() < 0.2 ? bytesOf(random, 300) : random() < 0.9 ? mutated(random, right) : right;
    const verdict = framing.judge(bytes, expected, new Set([(transaction + 1 + below(random, 0xffff)) % 0x10000]));
    if ('used' in verdict) assert.equal(verdict.used > 0 && verdict.used <= bytes.length, true, bytes.toString('hex'));
    if (verdict.type !== 'reply') {
      assert.notEqual(bytes, right);
      continue;
    }
    assert.equal(verdict.frame[0], 1);
    assert.equal([code, code | 0x80].includes(verdict.frame[1] ?? 0), true);
    assert.equal(verdict.frame.length, verdict.frame[1] === code ? expected.length : 5);
  }
}

/** Random and mutated requests to a simulated line: it goes on answering on new connections. */
async function fuzzSimulator(framing: 'tcp' | 'rtu', random: Random, count: number): Promise<void> {
  const simulator = new ModbusDoorSimulator('fuzzed', { port: 0, framing });
  await simulator.start();
  const codec = framings[framing === 'tcp' ? 'Modbus TCP' : 'RTU over TCP'];
  const frame = () => {
    const right = codec.encode(request(random), below(random, 0x10000));
    return random() < 0.2 ? bytesOf(random, 300) : random() < 0.8 ? mutated(random, right) : right;
  };
  try {
    const to = { host: '127.0.0.1', port: simulator.port };
    await deliverByTcp(to, random, count, () => Buffer.concat([frame(), frame()]));
    const socket = connect(to);
    let answer = Buffer.alloc(0);
    socket.on('data', (piece) => (answer = Buffer.concat([answer, piece])));
    socket.end(codec.encode(withCrc(Buffer.from('010400000001', 'hex')), 7));
    await once(socket, 'close');
    assert.ok(answer.includes('d0c2', 0, 'hex'), 'the answer to a right request');
  } finally {
    await simulator.stop();
  }
}

/** A peer that answers with random and mutated replies: the adapter survives, ends with a reason or goes on, and leaves no handle. */
async function fuzzReplies(transport: 'tcp' | 'rtu-over-tcp', random: Random, count: number): Promise<void> {
  const codec = transport === 'tcp' ? mbap : rtu;
  let left = count;
  let open = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    open += 1;
    socket.on('error', () => undefined);
    socket.on('close', () => (open -= 1));
    socket.on('data', (bytes) => {
      const body = transport === 'tcp' ? bytes.subarray(6) : bytes.subarray(0, -2);
      const right = body[1] === 8 ? withCrc(body) : withCrc(Buffer.from([1, body[1] ?? 0, 2, 0, 0]));
      const frame = codec.encode(right, transport === 'tcp' ? bytes.readUInt16BE(0) : 0);
      const isHostile = left > 0 && random() < 0.4;
      if (isHostile) left -= 1;
      socket.write(!isHostile ? frame : random() < 0.3 ? bytesOf(random, 300) : mutated(random, frame));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    // Most of the time is spent waiting for the rest of half a reply.
    const lines = Math.min(64, Math.ceil(count / 20));
    await severalAtOnce(
      lines,
      async () => {
        while (left > 0) await endure(port, transport, () => left === 0);
      },
      lines,
    );
    await until('the end of every connection', () => open === 0);
    assert.equal(await endure(port, transport, () => true), 'stands', 'the peer answers rightly again');
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Connects, and stays until the adapter gives the connection up, has counted some replies, or `isOver`. */
async function endure(port: number, transport: string, isOver: () => boolean): Promise<'stands' | 'ended'> {
  const host = new TestHost([door('door-a', { contact: { holdingRegister: 10 } })]);
  let ended = false;
  const end = (error: unknown) => {
    isReported(error);
    ended = true;
  };
  const connection = await adapter.connect(optionsFor(port, { transport, pollMs: 20, timeoutMs: 200 }), host).catch(end);
  const done = connection?.done.catch(end);
  await until('some rounds', () => ended || isOver() || host.malformedFrames.length > 3);
  const outcome = ended ? 'ended' : 'stands';
  host.abort();
  await done;
  return outcome;
}

export const targets: readonly Target[] = [
  { name: 'modbus reply framing', kind: 'codec', run: fuzzFraming },
  { name: 'modbus simulator, Modbus TCP', kind: 'socket', run: (random, count) => fuzzSimulator('tcp', random, count) },
  { name: 'modbus simulator, RTU over TCP', kind: 'socket', run: (random, count) => fuzzSimulator('rtu', random, count) },
  { name: 'modbus adapter replies, Modbus TCP', kind: 'socket', run: (random, count) => fuzzReplies('tcp', random, count) },
  { name: 'modbus adapter replies, RTU over TCP', kind: 'socket', run: (random, count) => fuzzReplies('rtu-over-tcp', random, count) },
];
