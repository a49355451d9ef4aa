import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadAdapters } from '../../src/adapter/loader.ts';
import { STEP_MS } from './battery.ts';
import type { ConformanceDriver } from './driver.ts';
import { faultTests } from './faults.ts';
import { hygieneTests } from './hygiene.ts';
import { journalTests } from './journal.ts';
import { readOnlyTests } from './read-only.ts';

const SUFFIX = '.driver.ts';
const adapters = await loadAdapters();
const drivers = new Map<string, ConformanceDriver>();
for (const name of adapters.keys()) {
  const file = join(import.meta.dirname, name + SUFFIX);
  if (!existsSync(file)) continue;
  const module = (await import(pathToFileURL(file).href)) as { default: ConformanceDriver };
  drivers.set(name, module.default);
}

describe('conformance', function () {
  this.timeout(4 * STEP_MS);

  it('has a driver for every adapter, and an adapter for every driver', () => {
    const found = readdirSync(import.meta.dirname).filter((file) => file.endsWith(SUFFIX));
    assert.deepEqual(found.map((file) => file.slice(0, -SUFFIX.length)).sort(), [...adapters.keys()].sort());
  });

  for (const [name, driver] of drivers) {
    const definition = adapters.get(name);
    if (definition === undefined) continue;
    describe(name, () => {
      describe('journal', () => journalTests(definition, driver));
      describe('faults', () => faultTests(definition, driver));
      describe('read-only', () => readOnlyTests(definition, driver));
      describe('hygiene', () => hygieneTests(definition, driver));
    });
  }
});
