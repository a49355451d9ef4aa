import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import type { ServedPoint } from '../../src/adapter/contract.ts';
import { startTap } from '../../src/cli/tap.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import panels from '../../simulators/sia-panel/index.ts';
import type { Bench, ConformanceDriver } from '../conformance/driver.ts';
import { freePorts } from '../support/free-ports.ts';
import { until } from '../support/until.ts';

const SUFFIX = '.driver.ts';
const WAIT_MS = 30_000;
const folder = join(import.meta.dirname, '..', 'conformance');
const drivers = readdirSync(folder).flatMap((file) => (file.endsWith(SUFFIX) ? [file.slice(0, -SUFFIX.length)] : []));

const lists = { door: 'doors', reader: 'readers', camera: 'cameras', panel: 'panels', zone: 'zones' } as const;
const parents = { reader: 'door', zone: 'panel' } as const;

/** The bench's device and points as a site file has them. */
function siteFile({ options, points }: Pick<Bench, 'options' | 'points'>, adapter: string): string {
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
        assert.ok(said('frame').length > 0, 'what came over the wire');
        // Nothing is kept, so that the gateway still gets what the device holds until it is acknowledged.
        assert.equal(bench.acknowledged?.() ?? 0, 0);
        for (const secret of secretsOf(bench.options)) assert.equal(lines.join('\n').includes(secret), false);
      } finally {
        await tapped.stop();
        await bench.simulator.stop();
        rmSync(place, { recursive: true });
      }
    });
  }

  it('prints what is no event as well, such as the supervision polls of a panel, and acknowledges none', async () => {
    const [port = 0] = await freePorts(1);
    const simulator = panels.create('panel', { port, account: '4711', pollSeconds: 0.1, retrySeconds: 0.1 });
    const place = mkdtempSync(join(tmpdir(), 'sallyport-tap-'));
    const file = join(place, 'site.yaml');
    const panel = { id: 'panel', type: 'panel', name: 'Panel', at: { account: '4711' } } as const;
    writeFileSync(file, siteFile({ options: { port }, points: [panel] }, 'sia-panel'));
    const lines: string[] = [];
    const polls = () => lines.filter((line) => line.includes('"frame"') && line.includes('"NULL"')).length;
    await simulator.start();
    const tapped = await startTap(file, 'tapped', (line) => lines.push(line));
    try {
      await until('repeated polls', () => polls() > 2, WAIT_MS);
      assert.equal(simulator.pollsAcknowledged, 0);
    } finally {
      await tapped.stop();
      await simulator.stop();
      rmSync(place, { recursive: true });
    }
  });

  it('prints an answer to what is asked for in rounds when it has changed', async () => {
    const { default: driver } = (await import(pathToFileURL(join(folder, `modbus-door${SUFFIX}`)).href)) as { default: ConformanceDriver };
    const bench = await driver.start();
    const place = mkdtempSync(join(tmpdir(), 'sallyport-tap-'));
    const file = join(place, 'site.yaml');
    writeFileSync(file, siteFile(bench, 'modbus-door'));
    const frames: string[] = [];
    const take = (line: string) => {
      const { what, name, content } = JSON.parse(line) as { what: string; name?: string; content?: unknown };
      if (what === 'frame') frames.push(JSON.stringify([name, content]));
    };
    const tapped = await startTap(file, 'tapped', take);
    try {
      await until('the first reading', () => frames.length > 0, WAIT_MS);
      await bench.stimulate(1);
      await until('the badge in the log', () => frames.some((frame) => frame.includes('264')), WAIT_MS);
      const clockless = frames.filter((frame) => !frame.includes('input registers 3'));
      assert.equal(new Set(clockless).size, clockless.length, clockless.join('\n'));
    } finally {
      await tapped.stop();
      await bench.simulator.stop();
      rmSync(place, { recursive: true });
    }
  });

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
