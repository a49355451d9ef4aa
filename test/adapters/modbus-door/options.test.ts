import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import adapter from '../../../adapters/modbus-door/index.ts';
import { doorAt, options, readerAt } from '../../../adapters/modbus-door/options.ts';

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
    assert.deepEqual([example.doors.length, example.readers.length], [2, 1]);
  });

  it('default to port 502, unit 1 and a round every 200 ms', () => {
    assert.deepEqual(options.parse({ host: 'h' }), { host: 'h', port: 502, unit: 1, pollMs: 200, timeoutMs: 1000, pulseMs: 5000 });
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
