import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { stub } from 'sinon';
import { parse } from 'yaml';
import bacnet from '../../adapters/bacnet-door/index.ts';
import { readIAm } from '../../adapters/bacnet-door/discover.ts';
import modbus from '../../adapters/modbus-door/index.ts';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { inProcess } from '../../src/adapter/runner.ts';
import { discoverAll } from '../../src/discovery/discover.ts';
import { siteFragment } from '../../src/discovery/site-fragment.ts';
import discoverCommand from '../../src/cli/discover.ts';
import { systemClock } from '../../src/domain/clock.ts';
import bacnetSimulator from '../../simulators/bacnet-door/index.ts';
import modbusSimulator from '../../simulators/modbus-door/index.ts';
import { freePorts } from '../support/free-ports.ts';

const loopback = { address: '127.0.0.1', netmask: '255.0.0.0' };
const asked = { interface: loopback, timeoutMs: 900, signal: new AbortController().signal, clock: systemClock };

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

describe('discovery: BACnet', function () {
  this.timeout(60_000);

  it('finds the simulated controller by a Who-Is to its host, and gives options that the adapter takes', async () => {
    const [port = 0] = await freePorts(1);
    const simulator = bacnetSimulator.create('ctl', { host: '127.0.0.84', port, deviceInstance: 3001, doors: 1 });
    await simulator.start();
    try {
      const found = (await bacnet.discover?.({ ...asked, host: `127.0.0.84:${port}` })) ?? [];
      assert.equal(found.length, 1);
      assert.deepEqual(found[0]?.options, { host: '127.0.0.84', port, deviceInstance: 3001, bindAddress: '127.0.0.1' });
      assert.deepEqual(found[0]?.points, [
        { id: 'door-3001-1', type: 'door', name: 'Door 1', at: { accessDoor: 1 } },
        { id: 'reader-3001-1', type: 'reader', name: 'Reader 1', at: { accessPoint: 1 }, parent: 'door-3001-1' },
      ]);
      bacnet.options.parse(found[0]?.options);
    } finally {
      await simulator.stop();
    }
  });

  it('finds every controller by one Who-Is to the broadcast address, with its doors and readers', async () => {
    const [port = 0] = await freePorts(1);
    const broadcast = '127.255.255.255';
    const simulators = [
      bacnetSimulator.create('north', { host: '127.0.0.85', port, broadcast, deviceInstance: 3002, doors: 2 }),
      bacnetSimulator.create('south', { host: '127.0.0.86', port, broadcast, deviceInstance: 3003, doors: 1 }),
    ];
    try {
      for (const simulator of simulators) await simulator.start();
      const searches = [{ adapter: bacnet as AdapterDefinition, host: `${broadcast}:${port}` }];
      const { found, failures } = await discoverAll(searches, { ...asked, interface: loopback.address, runner: inProcess });
      assert.deepEqual([...failures], []);
      const fragment = parse(siteFragment(found)) as Record<
        string,
        { id: string; device?: string; door?: string; deviceInstance?: number; host?: string }[]
      >;
      assert.deepEqual(
        fragment['devices']?.map(({ deviceInstance, host }) => [deviceInstance, host]),
        [
          [3002, '127.0.0.85'],
          [3003, '127.0.0.86'],
        ],
      );
      assert.deepEqual(
        fragment['doors']?.map(({ id, device }) => [id, device]),
        [
          ['door-3002-1', 'bacnet-3002'],
          ['door-3002-2', 'bacnet-3002'],
          ['door-3003-1', 'bacnet-3003'],
        ],
      );
      assert.deepEqual(
        fragment['readers']?.map(({ id, door }) => [id, door]),
        [
          ['reader-3002-1', 'door-3002-1'],
          ['reader-3002-2', 'door-3002-2'],
          ['reader-3003-1', 'door-3003-1'],
        ],
      );
    } finally {
      for (const simulator of simulators) await simulator.stop();
    }
  });

  it('prints what to paste into a site file, from the command line', async () => {
    const [port = 0] = await freePorts(1);
    const broadcast = '127.255.255.255';
    const simulator = bacnetSimulator.create('north', { host: '127.0.0.87', port, broadcast, deviceInstance: 3004, doors: 1 });
    await simulator.start();
    const printed = stub(process.stdout, 'write').returns(true);
    const remarks = stub(console, 'error');
    try {
      const status = await discoverCommand.run(['--interface', '127.0.0.1', '--bacnet', `${broadcast}:${port}`, '--modbus', '--timeout', '0.6']);
      assert.equal(status, 0);
    } finally {
      printed.restore();
      remarks.restore();
      await simulator.stop();
    }
    const text = printed.args.map(([piece]) => String(piece)).join('');
    const fragment = parse(text) as { devices: { adapter: string; host: string }[]; doors: unknown[] };
    assert.deepEqual(
      fragment.devices.map(({ adapter, host }) => [adapter, host]),
      [['bacnet-door', '127.0.0.87']],
    );
    assert.deepEqual(fragment.doors, [{ id: 'door-3004-1', name: 'Door 1', device: 'bacnet-3004', at: { accessDoor: 1 } }]);
    assert.match(remarks.args.join('\n'), /modbus-door: .*name one host to ask \(--modbus HOST asks one\)/);
  });

  it('needs a host in a network that has no broadcast address, and says so without naming options of a program', async () => {
    await assert.rejects(
      bacnet.discover?.({ ...asked, interface: { address: '127.0.0.84', netmask: '255.255.255.255' } }) ?? Promise.resolve(),
      (error: Error) => /name one host/.test(error.message) && !error.message.includes('--'),
    );
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
