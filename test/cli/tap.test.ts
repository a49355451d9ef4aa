import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import type { ServedPoint } from '../../src/adapter/contract.ts';
import { startTap } from '../../src/cli/tap.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import type { Bench, ConformanceDriver } from '../conformance/driver.ts';
import { until } from '../support/until.ts';

const SUFFIX = '.driver.ts';
const WAIT_MS = 30_000;
const folder = join(import.meta.dirname, '..', 'conformance');
const drivers = readdirSync(folder).flatMap((file) => (file.endsWith(SUFFIX) ? [file.slice(0, -SUFFIX.length)] : []));

const lists = { door: 'doors', reader: 'readers', camera: 'cameras', panel: 'panels', zone: 'zones' } as const;
const parents = { reader: 'door', zone: 'panel' } as const;

/** The bench's device and points as a site file has them. */
function siteFile({ options, points }: Bench, adapter: string): string {
  const entry = ({ id, name, type, at, parent }: ServedPoint) => ({
    id,
    name,
    at,
    ...(type !== 'zone' && { device: 'tapped' }),
    ...(parent !== undefined && type in parents && { [parents[type as keyof typeof parents]]: parent }),
  });
  const of = (type: string) => points.filter((point) => point.type === type).map(entry);
  return stringify({
    site: { id: 'tap', name: 'Tap' },
    areas: [{ id: 'hall', name: 'Hall' }],
    devices: [{ id: 'tapped', name: 'Tapped device', adapter, ...options }],
    ...Object.fromEntries(Object.entries(lists).flatMap(([type, list]) => (of(type).length === 0 ? [] : [[list, of(type)]]))),
  });
}

interface Line {
  readonly what: string;
  readonly state?: string;
}

describe('sallyport tap', function () {
  this.timeout(3 * WAIT_MS);

  for (const name of drivers) {
    it(`prints what a ${name} device says, and none of its secrets`, async () => {
      const { default: driver } = (await import(pathToFileURL(join(folder, name + SUFFIX)).href)) as { default: ConformanceDriver };
      const bench = await driver.start();
      const place = mkdtempSync(join(tmpdir(), 'sallyport-tap-'));
      const file = join(place, 'site.yaml');
      const lines: string[] = [];
      const said = (what: string) => lines.map((line) => JSON.parse(line) as Line).filter((line) => line.what === what);
      writeFileSync(file, siteFile(bench, name));
      const tapped = await startTap(file, 'tapped', (line) => lines.push(line));
      try {
        await until('the link', () => said('link').some(({ state }) => state === 'online') && (bench.ready?.() ?? true), WAIT_MS);
        await bench.stimulate(1);
        await until('what happened', () => bench.numbers(said('signal') as unknown as DeviceSignal[]).includes(1), WAIT_MS);
        // Nothing is kept, so that the gateway still gets what a panel holds until it is acknowledged.
        if (bench.points.some(({ type }) => type === 'panel')) assert.equal(bench.acknowledged?.(), 0);
        for (const secret of secretsOf(bench.options)) assert.equal(lines.join('\n').includes(secret), false);
      } finally {
        await tapped.stop();
        await bench.simulator.stop();
        rmSync(place, { recursive: true });
      }
    });
  }

  it('names the devices that there are where it is asked for another', async () => {
    const place = mkdtempSync(join(tmpdir(), 'sallyport-tap-'));
    const file = join(place, 'site.yaml');
    writeFileSync(file, stringify({ site: { id: 'tap', name: 'Tap' }, devices: [{ id: 'hook', name: 'Hook', adapter: 'sia-panel', port: 12345 }] }));
    await assert.rejects(
      startTap(file, 'other', () => undefined),
      /no device "other"; there are hook/,
    );
    rmSync(place, { recursive: true });
  });
});

/** What the options refer to. */
function secretsOf(options: unknown): string[] {
  return [...JSON.stringify(options).matchAll(/\{"env":"(\w+)"\}/g)].flatMap(([, variable = '']) => process.env[variable] ?? []);
}
