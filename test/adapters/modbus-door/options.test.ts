import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import adapter from '../../../adapters/modbus-door/index.ts';
import { doorAt, options, readerAt } from '../../../adapters/modbus-door/options.ts';
import type { SerialOptions } from '../../../adapters/modbus-door/options.ts';

describe('the options of the Modbus door adapter', () => {
  it("are met by the README's example", async () => {
    const readme = await readFile(new URL('../../../adapters/modbus-door/README.md', import.meta.url), 'utf8');
    const example = z
      .object({
        devices: z.array(z.looseObject({ adapter: z.string() })),
        doors: z.array(z.object({ at: doorAt })),
        readers: z.array(z.object({ at: readerAt })),
      })
      .parse(parse(/```yaml\n([^]*?)```/.exec(readme)?.[1] ?? ''));
    for (const device of example.devices) {
      assert.equal(device.adapter, adapter.name);
      const common = ['id', 'name', 'adapter', 'area'];
      options.parse(Object.fromEntries(Object.entries(device).filter(([key]) => !common.includes(key))));
    }
    assert.deepEqual([example.devices.length, example.doors.length, example.readers.length], [3, 5, 1]);
  });

  it('default to Modbus TCP on port 502, unit 1 and a round every 200 ms', () => {
    const times = { pollMs: 200, timeoutMs: 1000, pulseMs: 5000 };
    assert.deepEqual(options.parse({ host: 'h' }), { transport: 'tcp', host: 'h', port: 502, unit: 1, units: [], ...times });
  });

  it('default to the serial line of the standard: 19200 bit/s, even parity, one stop bit', () => {
    const { baudRate, parity, stopBits } = options.parse({ transport: 'serial', path: '/dev/ttyUSB0' }) as SerialOptions;
    assert.deepEqual({ baudRate, parity, stopBits }, { baudRate: 19_200, parity: 'even', stopBits: 1 });
  });

  it('belong to a transport: a serial line has no host, and TCP no parity', () => {
    assert.equal(options.safeParse({ transport: 'serial', path: '/dev/ttyUSB0', host: 'h' }).success, false);
    assert.equal(options.safeParse({ transport: 'rtu-over-tcp', host: 'h', parity: 'none' }).success, false);
    assert.equal(options.safeParse({ transport: 'pigeon', host: 'h' }).success, false);
  });

  it('refuse units on a serial line that only TCP has', () => {
    assert.equal(options.safeParse({ host: 'h', unit: 255 }).success, true);
    assert.match(options.safeParse({ transport: 'rtu-over-tcp', host: 'h', unit: 255 }).error?.issues[0]?.message ?? '', /units 1 to 247/);
    assert.equal(options.safeParse({ transport: 'rtu-over-tcp', host: 'h', units: [{ unit: 0 }] }).success, false);
  });

  it('refuse a bit of a coil, a value that a coil cannot have, and an address beyond the last', () => {
    assert.equal(doorAt.safeParse({ contact: { coil: 1, bit: 2 } }).success, false);
    assert.equal(doorAt.safeParse({ commands: { unlock: { coil: 1, value: 2 } } }).success, false);
    assert.equal(doorAt.safeParse({ contact: { inputRegister: 65536 } }).success, false);
  });

  it('can be written down as JSON Schema', () => {
    for (const schema of [adapter.options, adapter.points.door!, adapter.points.reader!]) {
      assert.equal(typeof z.toJSONSchema(schema, { io: 'input' }), 'object');
    }
  });
});
