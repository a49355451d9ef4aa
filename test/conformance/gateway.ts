import assert from 'node:assert/strict';
import { pino } from 'pino';
import type { AdapterDefinition, ServedPoint } from '../../src/adapter/contract.ts';
import type { AdapterRunner } from '../../src/adapter/runner.ts';
import { inProcess } from '../../src/adapter/runner.ts';
import { readSecret } from '../../src/adapter/secret.ts';
import { DeviceSupervisor } from '../../src/adapter/supervisor.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { until } from '../support/until.ts';
import type { Bench } from './driver.ts';

const DEVICE = 'device';
/** Kinds that every supervisor may report of its device. */
const hostKinds: ReadonlySet<string> = new Set(['device.offline', 'device.malformed']);

/** A journal that a test can break. Like intake it takes a repeated signal once. */
export class Journal {
  readonly signals: DeviceSignal[] = [];
  /** Kinds that were reported although the adapter does not declare them. */
  readonly undeclared = new Set<string>();
  fails = false;
  /** How often it has refused. */
  refusals = 0;
  readonly #keys = new Set<string>();

  async take(signal: DeviceSignal): Promise<void> {
    // A flush takes a turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.fails) {
      // The supervisor's own events are not what is tested here.
      if (!hostKinds.has(signal.kind)) this.refusals += 1;
      throw new Error('the journal cannot be written');
    }
    if (signal.repeatKey !== undefined && this.#keys.has(signal.repeatKey)) return;
    if (signal.repeatKey !== undefined) this.#keys.add(signal.repeatKey);
    this.signals.push(signal);
  }
}

/** One run of a gateway that has one device: the supervisor as the product has it, with a journal of the test's. */
export class Gateway {
  readonly supervisor: DeviceSupervisor;
  readonly #definition: AdapterDefinition;
  readonly #runner: AdapterRunner;
  readonly #limitMs: number;
  readonly #bench: Bench;
  #losses = 0;

  constructor(definition: AdapterDefinition, bench: Bench, journal: Journal, limitMs: number, runner = inProcess(definition)) {
    this.#definition = definition;
    this.#runner = runner;
    this.#limitMs = limitMs;
    this.#bench = bench;
    this.supervisor = new DeviceSupervisor({
      runner,
      device: { id: DEVICE, name: 'Device under test', adapter: definition.name, options: definition.options.parse(bench.options) },
      points: servedPoints(definition, bench.points),
      clock: bench.clock ?? systemClock,
      log: pino({ level: 'silent' }),
      report: (signal) => {
        this.#check(signal, journal);
        return journal.take(signal);
      },
      secret: (reference) => readSecret(reference, (path) => path),
      changed: () => {
        if (this.supervisor.link.state === 'offline') this.#losses += 1;
      },
      random: () => 0,
    });
  }

  /** How often the link was lost or could not be made. */
  get losses(): number {
    return this.#losses;
  }

  start(): Promise<void> {
    this.supervisor.start();
    return this.online();
  }

  async online(): Promise<void> {
    await until(`the device to be online, not ${JSON.stringify(this.supervisor.link)}`, () => this.supervisor.link.state === 'online', this.#limitMs);
    await until('the device to be ready to tell of changes', () => this.#bench.ready?.() ?? true, this.#limitMs);
  }

  /** Waits for a loss after the first `before`. */
  async lost(before: number): Promise<void> {
    await until('the link to be lost', () => this.#losses > before, this.#limitMs);
  }

  async stop(): Promise<void> {
    await this.supervisor.stop();
    await this.#runner.close();
  }

  #check({ kind, point }: DeviceSignal, journal: Journal): void {
    const ofHost = hostKinds.has(kind) && point === DEVICE;
    // Thrown here, it would only end the link.
    if (!ofHost && !this.#definition.kinds.includes(kind)) journal.undeclared.add(kind);
  }
}

/** Points as the site's loader hands them out: `at` parsed by the adapter's schema. */
export function servedPoints(definition: AdapterDefinition, points: readonly ServedPoint[]): ServedPoint[] {
  return points.map((point) => {
    const schema = definition.points[point.type];
    assert(schema, `the adapter serves no ${point.type}`);
    return { ...point, at: schema.parse(point.at) };
  });
}
