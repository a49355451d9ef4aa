import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import bacnet from '../../adapters/bacnet-door/index.ts';
import { readIAm } from '../../adapters/bacnet-door/discover.ts';
import modbus from '../../adapters/modbus-door/index.ts';
import { systemClock } from '../../src/domain/clock.ts';
import bacnetSimulator from '../../simulators/bacnet-door/index.ts';
import modbusSimulator from '../../simulators/modbus-door/index.ts';
import { freePorts } from '../support/free-ports.ts';

const asked = { interface: '127.0.0.1', timeoutMs: 900, signal: new AbortController().signal, clock: systemClock };

/** Reads and answers a request as a gateway with some units would; the others get exception 11, or no answer. */
function gateway(units: readonly number[], others: 'silent' | 'exception' | 'same') {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (request: Buffer) => {
      const unit = request[6] ?? 0;
      const there = units.includes(unit) || others === 'same';
      if (!there && others === 'silent') return;
      const pdu = there ? [0x83, 2] : [0x83, 0x0b];
      socket.write(Buffer.from([...request.subarray(0, 4), 0, 3, unit, ...pdu]));
    });
  });
  return {
    open: () => new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('discovery: Modbus', function () {
  this.timeout(120_000);

  it('finds the simulated controller, and gives options that the adapter takes', async () => {
    const [port = 0] = await freePorts(1);
    const simulator = modbusSimulator.create('ctl', { port, doors: [{ forcedLogic: true }] });
    await simulator.start();
    try {
      const found = (await modbus.discover?.({ ...asked, timeoutMs: 60, host: `127.0.0.1:${port}` })) ?? [];
      assert.ok(found.length > 0);
      for (const { options } of found) modbus.options.parse(options);
    } finally {
      await simulator.stop();
    }
  });

  it('tells the units that are there from those of which a gateway says that they are not', async () => {
    const peer = gateway([3, 17], 'exception');
    const port = await peer.open();
    try {
      const found = await modbus.discover?.({ ...asked, host: `127.0.0.1:${port}` });
      assert.deepEqual(
        found?.map(({ options }) => options['unit']),
        [3, 17],
      );
    } finally {
      await peer.close();
    }
  });

  it('takes a device that answers for every unit for one', async () => {
    const peer = gateway([], 'same');
    const port = await peer.open();
    try {
      const found = await modbus.discover?.({ ...asked, host: `127.0.0.1:${port}` });
      assert.deepEqual(
        found?.map(({ options, remark }) => [options['unit'], remark]),
        [[1, 'it answers for every unit']],
      );
    } finally {
      await peer.close();
    }
  });

  it('says that it needs a host, and which one does not answer', async () => {
    await assert.rejects(modbus.discover?.(asked) ?? Promise.resolve(), /name one host/);
    const [port = 0] = await freePorts(1);
    await assert.rejects(modbus.discover?.({ ...asked, host: `127.0.0.1:${port}` }) ?? Promise.resolve(), /did not accept a connection/);
  });
});

describe('discovery: BACnet', () => {
  it('finds the simulated controller by a Who-Is to its host, and gives options that the adapter takes', async () => {
    const [port = 0] = await freePorts(1);
    const simulator = bacnetSimulator.create('ctl', { host: '127.0.0.84', port, deviceInstance: 3001, doors: 1 });
    await simulator.start();
    try {
      const found = (await bacnet.discover?.({ ...asked, host: `127.0.0.84:${port}` })) ?? [];
      assert.equal(found.length, 1);
      assert.deepEqual(found[0]?.options, { host: '127.0.0.84', port, deviceInstance: 3001, bindAddress: '127.0.0.1' });
      bacnet.options.parse(found[0]?.options);
    } finally {
      await simulator.stop();
    }
  });

  it('needs a host on an interface that has no broadcast address', async () => {
    await assert.rejects(bacnet.discover?.(asked) ?? Promise.resolve(), /name one host/);
  });

  it('reads an I-Am with and without a destination, and nothing else, whatever the bytes', () => {
    assert.deepEqual(readIAm(Buffer.from('810a00140100 1000c40200 0bb9 2205c4 9100 2200ff'.replaceAll(' ', ''), 'hex')), {
      instance: 3001,
      vendor: 255,
    });
    assert.deepEqual(readIAm(Buffer.from('810b00190120ffff00ff1000c402000bb92205c491002107', 'hex')), { instance: 3001, vendor: 7 });
    assert.equal(readIAm(Buffer.from('810a000801001008', 'hex')), undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        readIAm(Buffer.from(bytes));
        readIAm(Buffer.concat([Buffer.from('810a00000100', 'hex'), Buffer.from(bytes)]));
      }),
    );
  });
});
