import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { secret } from '../../src/adapter/secret.ts';
import { loadSite } from '../../src/site/load.ts';

const definition: AdapterDefinition = {
  name: 'test-door',
  summary: 'for tests',
  kinds: [],
  options: z.strictObject({ host: z.string(), port: z.number().int().min(1).max(65535).default(502), key: secret('The key.').exactOptional() }),
  points: { door: z.strictObject({ input: z.number().int(), sense: z.enum(['open', 'closed']).default('open') }) },
  connect: () => Promise.reject(new Error('not in this test')),
};
const adapters = new Map([[definition.name, definition]]);

const good = `site: { id: test, name: Test }
areas:
  - { id: hall, name: Hall }
devices:
  - id: ctl
    name: Controller
    adapter: test-door
    host: 127.0.0.1
doors:
  - id: door
    name: Door
    area: hall
    device: ctl
    at: { input: 3 }
`;

describe('site file', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'sallyport-site-'))));
  after(() => rmSync(folder, { recursive: true }));

  function load(text: string) {
    const file = join(folder, 'site.yaml');
    writeFileSync(file, text);
    return loadSite(file, adapters);
  }

  /** `line:column message -> fix` of each mistake. */
  const mistakes = (text: string) => load(text).mistakes.map(({ line, column, message, fix }) => `${line}:${column} ${message} -> ${fix}`);

  it('is read with the defaults of its own fields and of the adapter', () => {
    const { site, mistakes: found, console: listen } = load(good);
    assert.deepEqual(found, []);
    assert.deepEqual(listen, { host: '127.0.0.1', port: 8080 });
    assert.deepEqual(site?.devices[0]?.options, { host: '127.0.0.1', port: 502 });
    assert.deepEqual(site?.doors[0]?.at, { input: 3, sense: 'open' });
    assert.equal(site?.doors[0]?.heldAfterSeconds, 30);
  });

  it('names the place of a YAML mistake', () => {
    const [found] = load('site: { id: test\nareas: [').mistakes;
    assert.equal(found?.line, 2);
  });

  const wrong: [string, string, string, string][] = [
    ['a misspelt field', '    area: hall', '    aera: hall', '12:5 doors[0]: unknown field "aera" -> write "area"'],
    ['a misspelt option of the adapter', '    host: 127.0.0.1', '    hots: x\n    host: y', '8:5 devices[0]: unknown field "hots" -> write "host"'],
    ['a missing option', '    host: 127.0.0.1\n', '', '5:5 devices[0]: "host" is missing -> add "host: ..." (string)'],
    ['a wrong type', 'host: 127.0.0.1', 'host: 5', '8:11 devices[0].host: expected string, found 5 -> write a string'],
    ['a number out of range', 'host: 127.0.0.1', 'host: x\n    port: 70000', '9:11 devices[0].port: 70000 is too large -> write at most 65535'],
    [
      'a wrong word',
      '{ input: 3 }',
      '{ input: 3, sense: opne }',
      '14:28 doors[0].at.sense: "opne" is not possible here -> write "open"? Possible: open, closed',
    ],
    ['a missing address', '    at: { input: 3 }\n', '', '10:5 doors[0].at: "input" is missing -> add "input: ..." (number)'],
    ['an unknown area', 'area: hall', 'area: hal', '12:11 doors[0].area: there is no area "hal" -> write "hall"? Possible: hall'],
    ['an unknown device', 'device: ctl', 'device: other', '13:13 doors[0].device: there is no device "other" -> write one of: ctl'],
    [
      'an unknown adapter',
      'adapter: test-door',
      'adapter: test-dor',
      '7:14 devices[0].adapter: there is no adapter "test-dor" -> write "test-door"? Possible: test-door',
    ],
    [
      'an identifier used twice',
      '- id: door',
      '- id: hall',
      '10:9 doors[0].id: "hall" is already used in line 3 -> give it an identifier of its own',
    ],
    [
      'a secret in the file',
      'host: 127.0.0.1',
      'host: x\n    key: hunter2',
      '9:10 devices[0].key: this is not possible here -> write { env: NAME } or { file: PATH }: a secret itself is never in this file',
    ],
  ];
  for (const [what, from, to, expected] of wrong) {
    it(`points at ${what} and says the fix`, () => assert.deepEqual(mistakes(good.replace(from, to)), [expected]));
  }

  it('lists every mistake, in the order of the file', () => {
    const text = good
      .replace('hall, name: Hall', 'hall, name: Hall, within: nowhere')
      .replace('device: ctl', 'device: other')
      .replace('127.0.0.1', '5');
    assert.deepEqual(
      load(text).mistakes.map(({ line }) => line),
      [3, 8, 13],
    );
    assert.equal(load(text).site, undefined);
  });

  it('refuses a point on a device that cannot serve it', () => {
    const text = `${good}cameras:\n  - { id: cam, name: Camera, device: ctl }\n`;
    assert.deepEqual(mistakes(text), ['16:30 cameras[0]: adapter test-door of device "ctl" serves no cameras -> use a device whose adapter is ']);
  });

  it('refuses areas that lie inside each other', () => {
    const text = good.replace('- { id: hall, name: Hall }', '- { id: hall, name: Hall, within: wing }\n  - { id: wing, name: Wing, within: hall }');
    assert.equal(load(text).mistakes.length, 2);
  });

  it('says which file is not there', () => assert.throws(() => loadSite(join(folder, 'none.yaml'), adapters), /none\.yaml: there is no such file/));
});
