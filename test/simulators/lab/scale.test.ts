import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readLabConfiguration } from '../../../simulators/lab/configuration.ts';
import { generateLab } from '../../../simulators/lab/scale.ts';
import type { SimulatorDefinition } from '../../../simulators/simulator.ts';
import { loadAdapters } from '../../../src/adapter/loader.ts';
import { loadSite } from '../../../src/site/load.ts';

const root = resolve(import.meta.dirname, '..', '..', '..');

describe('a lab of any size', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'sallyport-scale-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const generate = (doors: number, cameras: number, panels: number) =>
    generateLab(
      { doors, cameras, panels },
      {
        folder,
        rules: [join(root, 'config', 'rules', 'doors.yaml')],
        secrets: join(folder, 'secrets'),
        controlPort: 1,
        receiverPort: 12_000,
        firstPort: 20_000,
      },
    );

  it('has a site file that the gateway takes, with everything on it', async () => {
    const { siteFile } = generate(1000, 50, 200);
    const { site } = loadSite(siteFile, await loadAdapters());
    assert.ok(site !== undefined);
    const counts = [site.doors, site.readers, site.cameras, site.panels, site.zones, site.devices].map(({ length }) => length);
    assert.deepEqual(counts, [1000, 1000, 50, 200, 1600, 32 + 50 + 1]);
  });

  it('has simulators that can be made, each at an address of its own', async () => {
    const { simulatorsFile } = generate(70, 3, 4);
    const { simulators } = readLabConfiguration(simulatorsFile, join(folder, 'secrets'));
    for (const { id, simulator, ...options } of simulators) {
      const module = (await import(join(root, 'simulators', simulator, 'index.ts'))) as { default: SimulatorDefinition };
      assert.equal(module.default.create(id, options).id, id);
    }
    const addresses = simulators
      .filter(({ simulator }) => simulator !== 'sia-panel')
      .map(({ host = '127.0.0.1', port, httpPort }) => `${String(host)}:${String(port ?? httpPort)}`);
    assert.equal(new Set(addresses).size, addresses.length);
    const accounts = simulators.filter(({ simulator }) => simulator === 'sia-panel').map(({ account }) => account);
    assert.deepEqual(accounts, ['1000', '1001', '1002', '1003']);
  });

  it('is the same whenever it is made', () => {
    const { siteFile } = generate(40, 2, 2);
    const first = readFileSync(siteFile, 'utf8');
    generate(40, 2, 2);
    assert.equal(readFileSync(siteFile, 'utf8'), first);
  });
});
