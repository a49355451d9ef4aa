import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import adapter from '../../adapters/modbus-door/index.ts';
import { withCrc } from '../../adapters/modbus-door/crc16.ts';
import { expectedReply, mbap, rtu } from '../../adapters/modbus-door/framing.ts';
import { ModbusDoorSimulator } from '../../simulators/modbus-door/index.ts';
import { door, optionsFor } from '../adapters/modbus-door/site.ts';
import { TestHost } from '../support/adapter-host.ts';
import { until } from '../support/until.ts';

type Random = () => number;

const below = (random: Random, end: number) => Math.floor(random() * end);
const bytesOf = (random: Random, most: number) => Buffer.from(Array.from({ length: below(random, most + 1) }, () => below(random, 256)));

/** A frame with some of its bits flipped, bytes left out, put in or said twice. */
function mutated(random: Random, frame: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(frame);
  for (let times = 1 + below(random, 3); times > 0; times -= 1) {
    const at = below(random, bytes.length + 1);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    const change = below(random, 5);
    if (change === 0 && tail.length > 0) bytes = Buffer.concat([head, Buffer.from([(tail[0] ?? 0) ^ (1 << below(random, 8))]), tail.subarray(1)]);
    else if (change === 1) bytes = Buffer.concat([head, tail.subarray(1 + below(random, 4))]);
    else if (change === 2) bytes = Buffer.concat([head, bytesOf(random, 6), tail]);
    else if (change === 3) bytes = Buffer.concat([bytes, tail]);
    else bytes = Buffer.from(head);
  }
  return bytes;
}

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

/** Random and mutated requests, in pieces, to a simulated line: it goes on answering, on new connections at the latest. */
async function fuzzSimulator(framing: 'tcp' | 'rtu', random: Random, count: number): Promise<void> {
  const simulator = new ModbusDoorSimulator('fuzzed', { port: 0, framing });
  await simulator.start();
  const codec = framings[framing === 'tcp' ? 'Modbus TCP' : 'RTU over TCP'];
  const dial = async () => {
    const socket = connect(simulator.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  let socket: Socket | undefined;
  try {
    for (let i = 0; i < count; i += 1) {
      if (socket === undefined || socket.destroyed || socket.readableEnded) socket = await dial();
      socket.resume();
      const frame = codec.encode(request(random), below(random, 0x10000));
      const bytes = random() < 0.2 ? bytesOf(random, 300) : random() < 0.8 ? mutated(random, frame) : frame;
      const cut = below(random, bytes.length + 1);
      socket.write(bytes.subarray(0, cut));
      if (random() < 0.1) await new Promise((resolve) => setImmediate(resolve));
      socket.write(bytes.subarray(cut));
      if (random() < 0.05) socket.destroy();
    }
    socket?.destroy();
    socket = await dial();
    let answer = Buffer.alloc(0);
    socket.on('data', (piece) => (answer = Buffer.concat([answer, piece])));
    socket.write(codec.encode(withCrc(Buffer.from('010400000001', 'hex')), 7));
    await until('the answer to a right request', () => answer.includes('d0c2', 0, 'hex'));
  } finally {
    socket?.destroy();
    await simulator.stop();
  }
}

/** A peer that answers with random and mutated replies: the adapter survives, reports nothing that is not in a right frame, and leaves no handle. */
async function fuzzReplies(transport: 'tcp' | 'rtu-over-tcp', random: Random, count: number): Promise<void> {
  const codec = transport === 'tcp' ? mbap : rtu;
  let isMalicious = false;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      const body = transport === 'tcp' ? bytes.subarray(6) : bytes.subarray(0, -2);
      const right = body[1] === 8 ? withCrc(body) : withCrc(Buffer.from([1, body[1] ?? 0, 2, 0, 0]));
      const frame = codec.encode(right, transport === 'tcp' ? bytes.readUInt16BE(0) : 0);
      if (!isMalicious) socket.write(frame);
      else if (socket.writable) socket.write(random() < 0.3 ? bytesOf(random, 300) : mutated(random, frame));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const points = [door('door-a', { contact: { holdingRegister: 10 } })];
  try {
    // Each run is a connection until the adapter gives it up.
    for (let i = 0; i < Math.ceil(count / 10); i += 1) {
      isMalicious = false;
      const host = new TestHost(points);
      // A machine that is busy with the rest may miss 50 ms for a connection.
      const connection = await adapter.connect(optionsFor(port, { transport, pollMs: 20, timeoutMs: 50 }), host).catch(() => undefined);
      if (connection === undefined) continue;
      isMalicious = true;
      const over = connection.done.catch(() => undefined);
      await Promise.race([over, until('some rounds', () => host.malformedFrames.length > 3)]);
      host.abort();
      await over;
    }
    await until('the end of every connection', () => sockets.size === 0);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** For the fuzz runner: `random` is seeded by it, `count` is how many inputs to try. */
export const targets: { name: string; kind: 'codec' | 'socket'; run(random: Random, count: number): Promise<void> }[] = [
  { name: 'modbus reply framing', kind: 'codec', run: fuzzFraming },
  { name: 'modbus simulator, Modbus TCP', kind: 'socket', run: (random, count) => fuzzSimulator('tcp', random, count) },
  { name: 'modbus simulator, RTU over TCP', kind: 'socket', run: (random, count) => fuzzSimulator('rtu', random, count) },
  { name: 'modbus adapter replies, Modbus TCP', kind: 'socket', run: (random, count) => fuzzReplies('tcp', random, count) },
  { name: 'modbus adapter replies, RTU over TCP', kind: 'socket', run: (random, count) => fuzzReplies('rtu-over-tcp', random, count) },
];
