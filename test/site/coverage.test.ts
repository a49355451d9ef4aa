import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { loadSite } from '../../src/site/load.ts';

const definition: AdapterDefinition = {
  name: 'test-device',
  summary: 'for tests',
  kinds: [],
  options: z.strictObject({}),
  points: { door: z.strictObject({}), camera: z.strictObject({}) },
  connect: () => Promise.reject(new Error('not in this test')),
};
const adapters = new Map([[definition.name, definition]]);

const site = `site: { id: test, name: Test }
areas: [{ id: hall, name: Hall }, { id: yard, name: Yard }]
devices: [{ id: device, name: Device, adapter: test-device }]
doors:
  - { id: front, name: Front, device: device }
  - { id: back, name: Back, area: hall, device: device }
  - { id: gate, name: Gate, area: yard, device: device }
`;
const cameras = `cameras:
  - { id: cam-1, name: One, device: device, covers: [front] }
  - { id: cam-2, name: Two, device: device, area: hall }
`;

describe('coverage of a site', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'sallyport-site-'))));
  after(() => rmSync(folder, { recursive: true }));

  function warnings(text: string): string[] {
    const file = join(folder, 'site.yaml');
    writeFileSync(file, text);
    const { site: loaded, mistakes } = loadSite(file, adapters);
    assert.ok(loaded !== undefined && mistakes.every(({ severity }) => severity === 'warning'));
    return mistakes.map(({ line, message }) => `${line}: ${message}`);
  }

  it('warns with the arithmetic when the past of the cameras does not fit the memory', () => {
    const small = warnings(`${site}${cameras}video: { memoryMegabytes: 10 }\n`).find((warning) => warning.includes('memory'));
    assert.match(small ?? '', /2 cameras x 4 Mbit\/s x \(15 s \+ 2 s\) \/ 8 = 17 MB of 10 MB/);
  });

  it('warns of a camera that covers nothing and a door that no camera sees, and lets the site run', () => {
    assert.deepEqual(warnings(site + cameras), [
      '10: cameras[1]: camera "cam-2" covers nothing',
      '7: doors[2]: no camera sees door "gate": its alarms come without a picture',
    ]);
  });

  it('says nothing of a site without cameras', () => {
    assert.deepEqual(warnings(site), []);
  });
});
