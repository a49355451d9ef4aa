import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { answer } from '../../../simulators/modbus-door/application.ts';
import { ModbusDoorSimulator } from '../../../simulators/modbus-door/index.ts';
import { MbapReader, frame } from '../../../simulators/modbus-door/mbap.ts';
import { until } from '../../support/until.ts';

describe("the simulated Modbus door controller's framing", () => {
  let simulator: ModbusDoorSimulator;
  let socket: Socket;
  let received: Buffer;
  let closed: boolean;

  beforeEach(async () => {
    simulator = new ModbusDoorSimulator('ctl', { port: 0 });
    await simulator.start();
    received = Buffer.alloc(0);
    closed = false;
    socket = connect(simulator.port, '127.0.0.1');
    socket.on('data', (piece) => (received = Buffer.concat([received, piece])));
    socket.on('error', () => undefined);
    socket.on('close', () => (closed = true));
    await until('the connection', () => !socket.connecting);
  });

  afterEach(async () => {
    socket.destroy();
    await simulator.stop();
  });

  // Read discrete inputs 0 to 2 of unit 1, transaction 0x1234, and the answer of clause 6.2.
  const request = Buffer.from('123400000006010200000003', 'hex');
  const response = '1234000000040102' + '0100';
  const answered = (count: number) => until('the answers', () => received.length === count * 10);

  it('takes a request that comes one byte at a time', async () => {
    socket.setNoDelay(true);
    for (const byte of request) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await answered(1);
    assert.equal(received.toString('hex'), response);
  });

  it('takes several requests in one segment and answers each', async () => {
    socket.write(Buffer.concat([request, request, request]));
    await answered(3);
    assert.equal(received.toString('hex'), response.repeat(3));
  });

  it('answers unit 255 and its own, and no other', async () => {
    const toUnit = (unit: number) => Buffer.concat([request.subarray(0, 6), Buffer.from([unit]), request.subarray(7)]);
    socket.write(Buffer.concat([toUnit(2), toUnit(255), toUnit(1)]));
    await answered(2);
    assert.deepEqual([received[6], received[16]], [255, 1]);
  });

  for (const [what, bytes] of [
    ['a protocol identifier other than 0', '123400010006010200000003'],
    ['a length of nothing', '123400000001'],
    ['a length beyond the longest ADU', '1234000000ff01'],
  ] as const) {
    it(`hangs up on ${what}`, async () => {
      socket.write(Buffer.from(bytes, 'hex'));
      await until('the end of the connection', () => closed);
      assert.equal(received.length, 0);
    });
  }

  it('refuses a request whose length does not fit its function', async () => {
    socket.write(Buffer.from('0001000000040102' + '0000', 'hex'));
    await until('the exception', () => received.length === 9);
    assert.equal(received.toString('hex'), '000100000003018203');
  });

  it('refuses coil values other than on and off', async () => {
    socket.write(Buffer.from('000100000006010500000001', 'hex'));
    await until('the exception', () => received.length === 9);
    assert.equal(received.toString('hex'), '000100000003018503');
  });

  it('reads back what was framed, however the stream is cut', () => {
    const pdu = fc.uint8Array({ minLength: 1, maxLength: 253 }).map((bytes) => Buffer.from(bytes));
    const adu = fc.record({ transaction: fc.nat(0xffff), unit: fc.nat(0xff), pdu }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(adu, { maxLength: 5 }), fc.integer({ min: 1, max: 300 }), (adus, pieceLength) => {
        const stream = Buffer.concat(adus.map(frame));
        const reader = new MbapReader();
        const read = [];
        for (let at = 0; at < stream.length; at += pieceLength) read.push(...reader.push(stream.subarray(at, at + pieceLength)));
        assert.deepEqual(read, adus);
      }),
    );
  });

  it('answers any PDU with its function or an exception to it, and with no more than a PDU can hold', () => {
    const code = fc.oneof(fc.constantFrom(1, 2, 3, 4, 5, 6, 15, 16), fc.integer({ min: 1, max: 127 }));
    const word = fc.oneof(fc.nat(600), fc.nat(0xffff)).map((value) => [value >> 8, value & 0xff]);
    const pdu = fc
      .tuple(code, fc.array(word, { maxLength: 4 }), fc.array(fc.nat(255), { maxLength: 240 }))
      .map(([first, head, rest]) => Buffer.from([first, ...head.flat(), ...rest]));
    fc.assert(
      fc.property(pdu, (request) => {
        const response = answer(request, simulator.controller);
        const asked = request.readUInt8(0);
        assert.equal(response.length >= 2 && response.length <= 253, true);
        assert.equal(response[0] === asked || (response[0] === (asked | 0x80) && [1, 2, 3].includes(response[1] ?? 0)), true);
      }),
      { numRuns: 1000 },
    );
  });
});
