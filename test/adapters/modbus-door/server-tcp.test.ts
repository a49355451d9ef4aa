import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ServerTCP } from 'modbus-serial';
import adapter from '../../../adapters/modbus-door/index.ts';
import type { Connection } from '../../../src/adapter/contract.ts';
import { TestHost } from '../../support/adapter-host.ts';
import { until } from '../../support/until.ts';
import { door, optionsFor, reader } from './site.ts';

/** ServerTCP takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe("the Modbus door adapter, with modbus-serial's server", () => {
  const coils = new Map<number, boolean>();
  const inputs = new Map<number, boolean>();
  const holding = new Map<number, number>();
  const input = new Map<number, number>();
  let server: ServerTCP;
  let host: TestHost;
  let connection: Connection;

  beforeEach(async () => {
    for (const memory of [coils, inputs, holding, input]) memory.clear();
    holding.set(7, 0b10);
    const port = await freePort();
    server = new ServerTCP(
      {
        getCoil: (address: number) => coils.get(address) ?? false,
        getDiscreteInput: (address: number) => inputs.get(address) ?? false,
        getHoldingRegister: (address: number) => holding.get(address) ?? 0,
        getInputRegister: (address: number) => input.get(address) ?? 0,
        setCoil: (address: number, value: boolean) => void coils.set(address, value),
        setRegister: (address: number, value: number) => void holding.set(address, value),
      },
      { host: '127.0.0.1', port, unitID: 3 },
    );
    await once(server, 'initialized');
    host = new TestHost([
      door('door-a', {
        contact: { discreteInput: 0, activeWhen: 0 },
        lock: { coil: 4 },
        tamper: { holdingRegister: 7, bit: 1 },
        fault: { inputRegister: 9 },
        commands: { unlock: { coil: 4, value: 1 }, lock: { coil: 4, value: 0 }, access: { holdingRegister: 8, value: 500 } },
      }),
      reader('reader-a', { counter: { holdingRegister: 20 }, log: { holdingRegister: 21 }, entries: 1 }),
    ]);
    connection = await adapter.connect(optionsFor(port, { unit: 3 }), host);
  });

  afterEach(async () => {
    host.abort();
    await connection.done.catch(() => undefined);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('reads all four tables, bits of registers and contacts that are closed in their normal state', async () => {
    assert.deepEqual(
      host.reported.map(({ kind, phase }) => `${kind} ${phase}`),
      ['door.unlocked restored', 'door.open raised', 'door.tamper raised', 'door.fault restored'],
    );
    inputs.set(0, true);
    holding.set(7, 0xfffd);
    input.set(9, 12);
    await until('the changes', () => host.reported.length === 7);
    assert.deepEqual(
      host.reported.slice(4).map(({ kind, phase }) => `${kind} ${phase}`),
      ['door.open restored', 'door.tamper restored', 'door.fault raised'],
    );
  });

  it('writes coils and registers', async () => {
    await connection.doors?.command('door-a', 'unlock');
    assert.equal(coils.get(4), true);
    await connection.doors?.command('door-a', 'lock');
    assert.equal(coils.get(4), false);
    await connection.doors?.command('door-a', 'access');
    assert.equal(holding.get(8), 500);
  });

  it('reports the last event of a reader without a ring, clock or acknowledgement', async () => {
    [1, 3, 0, 99].forEach((value, i) => holding.set(21 + i, value));
    holding.set(20, 1);
    await until('the badge', () => host.of('reader-a', 'access.denied').length === 1);
    const [denied] = host.of('reader-a', 'access.denied');
    assert.deepEqual(denied?.details, { credential: '99', reason: 'Unauthorized' });
    assert.equal('occurredAt' in denied, false);
  });

  it('keeps a badge event with a result that it does not know as malformed', async () => {
    [1, 42, 0, 99].forEach((value, i) => holding.set(21 + i, value));
    holding.set(20, 1);
    await until('the notice', () => host.malformedFrames.length === 1);
    assert.match(host.malformedFrames[0]?.reason ?? '', /reader-a: .*unknown result 42/);
    assert.equal(host.of('reader-a', 'access.denied').length, 0);
  });
});
