import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { parse } from 'yaml';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { adapterModule } from '../../src/adapter/loader.ts';
import { WorkerRunner } from '../../src/adapter/worker/worker-runner.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { PointType } from '../../src/domain/point.ts';
import { TestHost } from '../support/adapter-host.ts';
import { until } from '../support/until.ts';
import { Trial } from './battery.ts';
import type { ConformanceDriver } from './driver.ts';
import { readQuality } from '../../scripts/docs-adapters/quality.ts';
import { servedPoints } from './gateway.ts';

/** How long it may take to let go of everything. */
const RELEASE_MS = 5000;

const adapters = join(import.meta.dirname, '..', '..', 'adapters');
const lists: readonly (readonly [list: string, type: PointType])[] = [
  ['doors', 'door'],
  ['readers', 'reader'],
  ['cameras', 'camera'],
  ['panels', 'panel'],
  ['zones', 'zone'],
];

/** What has nothing to do with events: handles, threads, documents. */
export function hygieneTests(definition: AdapterDefinition, driver: ConformanceDriver): void {
  let trial: Trial;
  beforeEach(async () => {
    trial = await Trial.begin(definition, driver);
  });
  afterEach(() => trial.close());

  it('leaves no socket and no timer behind when it is told to end', async () => {
    const { bench } = trial;
    const before = openSockets();
    const clock = new CountingClock(bench.clock ?? systemClock);
    const host = new TestHost(servedPoints(definition, bench.points), clock);
    const { done } = await definition.connect(definition.options.parse(bench.options), host);
    assert(openSockets() > before, 'it has sockets while it is connected');
    host.abort();
    await done;
    await until(`no more than ${before} sockets`, () => openSockets() <= before, RELEASE_MS);
    await until('no timer', () => clock.waiting === 0, RELEASE_MS);
  });

  it('has the commands that its quality.yaml says, and no others', async () => {
    const host = new TestHost(servedPoints(definition, trial.bench.points), trial.bench.clock);
    const { done, doors, cameras } = await definition.connect(definition.options.parse(trial.bench.options), host);
    const { door = [], camera = [] } = readQuality(definition.name)?.commands ?? {};
    host.abort();
    await done;
    const serves = (type: PointType) => trial.bench.points.some((point) => point.type === type);
    if (serves('door')) assert.equal(doors !== undefined, door.length > 0);
    if (serves('camera')) {
      assert.deepEqual(
        camera.filter((name) => cameras?.[name] === undefined),
        [],
      );
    }
  });

  it('ends at once when it is told to before it has connected', async () => {
    const before = openSockets();
    const host = new TestHost(servedPoints(definition, trial.bench.points));
    host.abort();
    const connection = await definition.connect(definition.options.parse(trial.bench.options), host).catch(() => undefined);
    await connection?.done;
    await until(`no more than ${before} sockets`, () => openSockets() <= before, RELEASE_MS);
  });

  it('does its work in a thread of its own, as in the gateway', async () => {
    const log = pino({ level: 'silent' });
    await trial.connect(new WorkerRunner({ name: definition.name, module: adapterModule(definition.name), clock: systemClock, log }));
    await trial.arrive(await trial.stimulate(3));
    await trial.acknowledged();
    trial.assertClean();
  });

  it('has a README whose example configuration is valid', () => {
    const file = join(adapters, definition.name, 'README.md');
    assert(existsSync(file), `adapters/${definition.name}/README.md is missing`);
    const blocks = [...readFileSync(file, 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml]) => parse(yaml ?? '') as unknown);
    const examples = blocks.filter(hasDevices);
    assert.notEqual(examples.length, 0, 'no example has `devices:`');
    for (const example of examples) checkExample(definition, example);
  });
}

type Entry = Readonly<Record<string, unknown>>;
type Example = Readonly<Record<string, readonly Entry[] | undefined>> & { readonly devices: readonly Entry[] };

function hasDevices(block: unknown): block is Example {
  return typeof block === 'object' && block !== null && 'devices' in block;
}

function checkExample(definition: AdapterDefinition, example: Example): void {
  const devices = example.devices.filter(({ adapter }) => adapter === definition.name);
  assert.notEqual(devices.length, 0, `no device has \`adapter: ${definition.name}\``);
  for (const { id: _id, name: _name, adapter: _adapter, area: _area, ...options } of devices) definition.options.parse(options);
  const served = new Set([...devices, ...(example['panels'] ?? [])].map(({ id }) => id));
  for (const [list, type] of lists) {
    for (const { device, panel, at } of example[list] ?? []) {
      if (served.has(device ?? panel)) definition.points[type]?.parse(at ?? {});
    }
  }
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => /tcp|udp/i.test(resource)).length;
}

/** Counts the timers that wait. */
class CountingClock implements Clock {
  waiting = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now = (): number => this.#clock.now();
  monotonicMs = (): number => this.#clock.monotonicMs();

  after = (delayMs: number, action: () => void): (() => void) => {
    let waits = true;
    this.waiting += 1;
    const over = () => {
      if (waits) this.waiting -= 1;
      waits = false;
    };
    const cancel = this.#clock.after(delayMs, () => {
      over();
      action();
    });
    return () => {
      over();
      cancel();
    };
  };
}
