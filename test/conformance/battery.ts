import assert from 'node:assert/strict';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { readOnly } from '../../src/adapter/read-only.ts';
import { inProcess } from '../../src/adapter/runner.ts';
import type { AdapterRunner } from '../../src/adapter/runner.ts';
import { until } from '../support/until.ts';
import type { Bench, ConformanceDriver } from './driver.ts';
import { Gateway, Journal } from './gateway.ts';

/** How long one step may take on a busy machine. */
export const STEP_MS = 30_000;

/** One test of the battery: a simulator, a journal, and gateways that come and go. All is released by `close`. */
export class Trial {
  readonly bench: Bench;
  readonly journal = new Journal();
  readonly #definition: AdapterDefinition;
  readonly #driver: ConformanceDriver;
  #gateway: Gateway | undefined;
  #looker: Gateway | undefined;
  #stimulated = 0;

  private constructor(definition: AdapterDefinition, driver: ConformanceDriver, bench: Bench) {
    this.#definition = definition;
    this.#driver = driver;
    this.bench = bench;
  }

  static async begin(definition: AdapterDefinition, driver: ConformanceDriver): Promise<Trial> {
    return new Trial(definition, driver, await driver.start());
  }

  /** Starts a gateway; resolves when the device is online, which needs a journal that works. */
  async connect(runner?: AdapterRunner): Promise<Gateway> {
    this.#gateway = new Gateway(this.#definition, this.bench, this.journal, STEP_MS, runner);
    await this.#gateway.start();
    return this.#gateway;
  }

  /** Starts somebody who only looks, with a journal of his own. */
  async look(): Promise<{ gateway: Gateway; journal: Journal }> {
    const journal = new Journal();
    this.#looker = new Gateway(this.#definition, this.bench, journal, STEP_MS, readOnly(inProcess(this.#definition)));
    await this.#looker.start();
    return { gateway: this.#looker, journal };
  }

  /** Lets the next `count` stimuli happen; gives their numbers. */
  async stimulate(count: number): Promise<number[]> {
    const numbers = Array.from({ length: count }, (_, index) => this.#stimulated + index + 1);
    for (const number of numbers) await this.bench.stimulate(number);
    this.#stimulated += count;
    return numbers;
  }

  get arrived(): number[] {
    return this.bench.numbers(this.journal.signals);
  }

  /** Waits until these have all arrived. */
  async arrive(numbers: readonly number[]): Promise<void> {
    try {
      await until('', () => numbers.every((number) => this.arrived.includes(number)), STEP_MS);
    } catch {
      const missing = numbers.filter((number) => !this.arrived.includes(number));
      assert.fail(`stimuli ${missing.join(', ')} did not arrive; ${this.arrived.join(', ')} did`);
    }
  }

  /** Waits for the device to be told that all stimuli are taken, where its protocol can tell. */
  async acknowledged(): Promise<void> {
    const { acknowledged } = this.bench;
    if (acknowledged === undefined) return;
    await until(`${this.#stimulated} acknowledgements, not ${acknowledged()}`, () => acknowledged() === this.#stimulated, STEP_MS);
  }

  /** What a device that keeps everything did not lose; of one that keeps the latest alone, its state now. */
  async settled(): Promise<void> {
    if (this.#driver.keeps === 'everything') {
      await this.arrive(Array.from({ length: this.#stimulated }, (_, index) => index + 1));
      return;
    }
    const { shows } = this.bench;
    assert(shows, 'a driver of a device that keeps the latest alone says what it shows');
    await until(`the state after stimulus ${this.#stimulated}`, () => shows(this.journal.signals, this.#stimulated), STEP_MS);
  }

  /** All in order, none twice, and nothing undeclared. */
  assertClean(): void {
    const { arrived } = this;
    assert.deepEqual(
      arrived,
      [...new Set(arrived)].sort((a, b) => a - b),
      'each once, in the order in which they happened',
    );
    assert.deepEqual([...this.journal.undeclared], [], 'kinds that the definition does not declare');
  }

  async clear(): Promise<void> {
    await this.bench.simulator.faults['clear']?.({});
  }

  async disconnect(): Promise<void> {
    await this.#gateway?.stop();
    this.#gateway = undefined;
  }

  async close(): Promise<void> {
    await this.#looker?.stop();
    await this.disconnect();
    await this.bench.simulator.stop();
  }
}
