import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import modbusSerial from 'modbus-serial';
import { ModbusDoorSimulator } from '../../../simulators/modbus-door/index.ts';
import { until } from '../../support/until.ts';

// The client of these tests is modbus-serial, which the simulator does not use.
type Client = InstanceType<typeof modbusSerial.default>;

describe('the simulated Modbus door controller', () => {
  let simulator: ModbusDoorSimulator;
  let client: Client;

  const begin = async (options: Record<string, unknown> = {}) => {
    simulator = new ModbusDoorSimulator('ctl', { port: 0, badges: [{ credential: 1001, doors: [1] }], ...options });
    await simulator.start();
    client = new modbusSerial.default();
    client.setTimeout(2000);
    await client.connectTCP('127.0.0.1', { port: simulator.port });
    client.setID(1);
  };

  afterEach(async () => {
    client.destroy(() => undefined);
    await simulator.stop();
  });

  const inputsOf = async (door: number) => {
    const { data } = await client.readDiscreteInputs(8 * (door - 1), 3);
    return { open: data[0], released: data[1], exit: data[2] };
  };
  const isForced = async () => (await client.readDiscreteInputs(3, 1)).data[0];
  const isHeld = async () => (await client.readDiscreteInputs(4, 1)).data[0];

  it('shows a door that opens by force as open and forced until it closes', async () => {
    await begin();
    await simulator.stimuli.force!({ door: 1 });
    assert.deepEqual(await inputsOf(1), { open: true, released: false, exit: false });
    assert.equal(await isForced(), true);
    await simulator.stimuli.close!({ door: 1 });
    assert.equal(await isForced(), false);
  });

  it('does not call a door forced that opens after a valid badge', async () => {
    await begin();
    await simulator.stimuli.badge!({ door: 1, credential: 1001 });
    assert.equal((await inputsOf(1)).released, true);
    await simulator.stimuli.open!({ door: 1 });
    assert.equal(await isForced(), false);
  });

  it('does not call a door forced that opens after the exit button', async () => {
    await begin();
    await simulator.stimuli['request-exit']!({ door: 1 });
    assert.deepEqual(await inputsOf(1), { open: false, released: true, exit: true });
    await simulator.stimuli.open!({ door: 1 });
    assert.equal(await isForced(), false);
  });

  it('calls a door forced that opens after an invalid badge', async () => {
    await begin();
    await simulator.stimuli.badge!({ door: 1, credential: 9 });
    await simulator.stimuli.open!({ door: 1 });
    assert.equal(await isForced(), true);
  });

  it('locks again after the strike time, and forgets the authorisation after the grace time', async () => {
    await begin({ strikeMs: 10, graceMs: 0 });
    await simulator.stimuli.badge!({ door: 1, credential: 1001 });
    await until('the strike to lock', async () => !(await inputsOf(1)).released);
    await until('the grace time to pass', async () => {
      await simulator.stimuli.close!({ door: 1 });
      await simulator.stimuli.open!({ door: 1 });
      return isForced();
    });
  });

  it('calls a door held that stays open, but not one that is unlocked for good', async () => {
    await begin({ heldAfterMs: 10 });
    await simulator.stimuli.open!({ door: 1 });
    await until('the door to be held', isHeld);
    await simulator.stimuli.close!({ door: 1 });
    assert.equal(await isHeld(), false);
    await client.writeCoil(0, true);
    await simulator.stimuli.open!({ door: 1 });
    await simulator.stimuli.open!({ door: 2 });
    await until('the locked door to be held', async () => (await client.readDiscreteInputs(12, 1)).data[0]);
    assert.equal(await isHeld(), false);
  });

  it('offers no forced input on a door without forced logic', async () => {
    await begin();
    await assert.rejects(client.readDiscreteInputs(8, 8), { modbusCode: 2 });
    assert.equal((await client.readDiscreteInputs(12, 4)).data.length >= 4, true);
  });

  it('obeys commands by holding register and by coil, single and multiple', async () => {
    await begin();
    await client.writeRegister(0, 2);
    assert.equal((await inputsOf(1)).released, true);
    await client.writeRegisters(0, [1, 250]);
    assert.equal((await inputsOf(1)).released, false);
    assert.deepEqual((await client.readHoldingRegisters(0, 3)).data, [1, 250, 0]);
    await client.writeCoil(8, true);
    assert.equal((await inputsOf(2)).released, true);
    await client.writeCoils(8, [false, true]);
    assert.deepEqual((await client.readCoils(8, 2)).data.slice(0, 2), [false, true]);
    assert.equal((await client.readHoldingRegisters(16, 1)).data[0], 3);
  });

  it('writes a badge to the log with its number, result, credential and time, then moves the counter', async () => {
    await begin();
    await simulator.stimuli.badge!({ door: 1, credential: 0x12345678, valid: true });
    await simulator.stimuli.badge!({ door: 2, credential: 1001 });
    assert.equal((await client.readInputRegisters(256, 1)).data[0], 1);
    const entry = (await client.readInputRegisters(264, 8)).data;
    assert.deepEqual(entry.slice(0, 4), [1, 1, 0x1234, 0x5678]);
    const [high = 0, low = 0, ms = 0] = (await client.readInputRegisters(3, 3)).data;
    const age = (high * 65536 + low) * 1000 + ms - ((entry[4]! * 65536 + entry[5]!) * 1000 + entry[6]!);
    assert.equal(age >= 0 && age < 60_000, true);
    assert.deepEqual((await client.readInputRegisters(520, 4)).data, [1, 3, 0, 1001]);
  });

  it('gives the counters of all doors in one piece, too', async () => {
    await begin();
    for (const door of [1, 2, 2]) await simulator.stimuli.badge!({ door, credential: 1001 });
    assert.deepEqual((await client.readInputRegisters(16, 2)).data, [1, 2]);
    await assert.rejects(client.readInputRegisters(16, 3), { modbusCode: 2 });
  });

  it('gives the inputs of a door as bits of one register, too', async () => {
    await begin();
    await simulator.stimuli.force!({ door: 1 });
    await simulator.stimuli.tamper!({ door: 1, active: true });
    assert.equal((await client.readInputRegisters(257, 1)).data[0], 0b101001);
  });

  it('answers exceptions 1, 2 and 3 as the standard has them', async () => {
    await begin();
    await assert.rejects(client.maskWriteRegister(0, 0, 0), { modbusCode: 1 });
    await assert.rejects(client.readHoldingRegisters(3, 1), { modbusCode: 2 });
    await assert.rejects(client.readInputRegisters(0, 126), { modbusCode: 3 });
    await assert.rejects(client.readCoils(0, 2001), { modbusCode: 3 });
    await assert.rejects(client.writeRegister(0, 4), { modbusCode: 3 });
    await assert.rejects(client.writeCoil(7, true), { modbusCode: 2 });
  });

  it('writes nothing of a request of which one address is illegal', async () => {
    await begin();
    await assert.rejects(client.writeRegisters(0, [2, 100, 1, 1]), { modbusCode: 2 });
    assert.deepEqual((await client.readHoldingRegisters(0, 2)).data, [1, 5000]);
  });

  it('forgets its log and its commands in a reboot, but not where the leaf is', async () => {
    await begin();
    await client.writeRegister(0, 2);
    await simulator.stimuli.badge!({ door: 1, credential: 1001 });
    await simulator.stimuli.open!({ door: 1 });
    await simulator.faults.reboot!({ seconds: 0 });
    client.destroy(() => undefined);
    const again = await until('the controller to be back', async () => {
      client = new modbusSerial.default();
      client.setTimeout(500);
      await client.connectTCP('127.0.0.1', { port: simulator.port });
      client.setID(1);
      return inputsOf(1).catch(() => {
        client.destroy(() => undefined);
        return undefined;
      });
    });
    assert.deepEqual(again, { open: true, released: false, exit: false });
    assert.equal((await client.readInputRegisters(256, 1)).data[0], 0);
  });

  it('gives no answer while it is stalled, and answers again when that is over', async () => {
    await begin();
    await simulator.faults.stall!({});
    client.setTimeout(50);
    await assert.rejects(client.readDiscreteInputs(0, 3));
    await simulator.faults.clear!({});
    client.setTimeout(2000);
    assert.equal((await inputsOf(1)).open, false);
  });

  it('lets nobody through while the line is cut', async () => {
    await begin();
    let closed = 0;
    client.on('close', () => (closed += 1));
    await simulator.faults.drop!({});
    await until('the end of the connection', () => closed === 1);
    const socket = connect(simulator.port, '127.0.0.1');
    await once(socket, 'close');
    await simulator.faults.clear!({});
    await client.connectTCP('127.0.0.1', { port: simulator.port });
    assert.equal((await inputsOf(1)).open, false);
  });

  it('names the option that is wrong, and the door that it does not have', async () => {
    await begin();
    assert.throws(() => new ModbusDoorSimulator('ctl', { doors: [{ forcedLogik: true }] }), /ctl.*doors\.0.*forcedLogik/);
    assert.throws(() => simulator.stimuli.open!({ door: 3 }), /no door 3/);
    assert.throws(() => simulator.stimuli.badge!({ door: 1, credential: 'x' }), /credential x/);
  });

  it('names the address that is taken, and stops twice and before it has started', async () => {
    await begin();
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    const second = new ModbusDoorSimulator('second', { port });
    await second.stop();
    await assert.rejects(second.start(), new RegExp(`second.*127\\.0\\.0\\.1:${port}: EADDRINUSE`));
    await second.stop();
    await new Promise((resolve) => blocker.close(resolve));
  });
});
