import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ModbusDoorSimulator } from '../../../simulators/modbus-door/index.ts';
import { MbapReader } from '../../../simulators/modbus-door/mbap.ts';
import { checksum } from '../../../simulators/modbus-door/rtu.ts';
import { until } from '../../support/until.ts';

const units = [{ unit: 1 }, { unit: 7, model: 'io-module', doors: [{}, {}] }];

describe('a simulated Modbus line with several units', () => {
  let simulator: ModbusDoorSimulator;
  let socket: Socket;
  let received: string;
  let closed: boolean;

  const begin = async (more: Record<string, unknown> = {}) => {
    simulator = new ModbusDoorSimulator('line', { port: 0, units, ...more });
    await simulator.start();
    received = '';
    closed = false;
    socket = connect(simulator.port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('data', (piece) => (received += piece.toString('hex')));
    socket.on('error', () => undefined);
    socket.on('close', () => (closed = true));
    await until('the connection', () => !socket.connecting);
  };
  const send = (hex: string) => socket.write(Buffer.from(hex, 'hex'));
  const tcp = (unit: number, transaction = 1) =>
    `${transaction.toString(16).padStart(4, '0')}00000006${unit.toString(16).padStart(2, '0')}0200000002`;
  const withCrc = (hex: string) => {
    const crc = checksum(Buffer.from(hex, 'hex'));
    return hex + Buffer.from([crc & 0xff, crc >> 8]).toString('hex');
  };
  const answer = async (expected: string) => {
    await until(expected, () => received.length >= expected.length);
    assert.equal(received, expected);
  };

  afterEach(async () => {
    socket.destroy();
    await simulator.stop();
  });

  it('answers for each unit, and for none that is not there', async () => {
    await begin();
    await simulator.stimuli.open!({ unit: 7, door: 1 });
    send(tcp(9) + tcp(7, 2) + tcp(1, 3));
    await answer('00020000000407020101' + '00030000000401020100');
  });

  it('is silent for a dead unit, and goes on for the others', async () => {
    await begin();
    await simulator.faults.stall!({ unit: 1 });
    send(tcp(1) + tcp(7, 2));
    await answer('00020000000407020100');
    await simulator.faults.clear!({ unit: 1 });
    send(tcp(1, 3));
    await answer('00020000000407020100' + '00030000000401020100');
  });

  it('says for a dead unit and for one that is not there that it does not answer, with the manners of a gateway', async () => {
    await begin({ quirks: ['silent-unit-by-exception'] });
    await simulator.faults.stall!({ unit: 7 });
    send(tcp(7) + tcp(9, 2));
    await answer('00010000000307820b' + '00020000000309820b');
  });

  it('answers for any unit with the manners of a device that does not look at it', async () => {
    await begin({ quirks: ['any-unit'] });
    send(tcp(9));
    await answer('00010000000409020100');
  });

  it('never answers a request whose header came in two pieces, with the manners of one segment', async () => {
    await begin({ quirks: ['one-segment'] });
    const reader = new MbapReader({ splitHeader: 'ignored', protocolId: 'refused' });
    const request = Buffer.from(tcp(1), 'hex');
    assert.deepEqual([...reader.push(request.subarray(0, 4)), ...reader.push(request.subarray(4))], []);
    assert.equal(reader.push(request).length, 1);
    send(tcp(1));
    await answer('00010000000401020100');
  });

  it('does not look at the protocol identifier with lax manners', async () => {
    await begin({ quirks: ['any-unit', 'any-protocol'] });
    send('0001beef0006010200000002');
    await answer('00010000000401020100');
    assert.equal(closed, false);
  });

  it('speaks the frames of the serial line, and answers none with a wrong CRC', async () => {
    await begin({ framing: 'rtu' });
    send('0102000000020000');
    await until('the serial line to be quiet', () => new Promise<boolean>((resolve) => setImmediate(() => resolve(true))));
    send(withCrc('010200000002'));
    await answer(withCrc('01020100'));
  });

  it('returns query data, by which a unit is checked', async () => {
    await begin({ framing: 'rtu' });
    send(withCrc('01080000abcd'));
    await answer(withCrc('01080000abcd'));
  });

  it('cuts answers in half, or is late with them', async () => {
    await begin();
    await simulator.faults.truncate!({});
    send(tcp(1));
    await answer('0001000000');
    await simulator.faults.clear!({});
    await simulator.faults.late!({ unit: 1, ms: 1 });
    send(tcp(1, 2));
    await answer('0001000000' + '00020000000401020100');
  });

  it('has relays on an I/O module, and neither readers nor units that were not asked for', async () => {
    await begin();
    send('00010000000607050010ff00');
    await answer('000100000006' + '07050010ff00');
    received = '';
    send('000200000006070100100002');
    await answer('00020000000407010101');
    assert.throws(() => simulator.stimuli.badge!({ unit: 7, door: 1, credential: 1 }), /neither readers nor logic/);
    assert.throws(() => simulator.stimuli.open!({ unit: 8, door: 1 }), /no unit 8/);
  });

  it('refuses options that no line has', () => {
    const refused = (options: Record<string, unknown>, message: RegExp) => assert.throws(() => new ModbusDoorSimulator('line', options), message);
    refused({ units: [{ unit: 1 }, { unit: 1 }] }, /two units have one number/);
    refused({ units: [{ unit: 1, model: 'io-module', doors: [{}, {}, {}, {}, {}] }] }, /adam-6052 has inputs and relays for 4 doors/);
    refused({ quirks: ['odd'] }, /quirks/);
  });
});
