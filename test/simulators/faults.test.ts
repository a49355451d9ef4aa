import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commonFaults } from '../../simulators/simulator.ts';
import type { ConformanceDriver } from '../conformance/driver.ts';

const drivers = join(import.meta.dirname, '..', 'conformance');
const SUFFIX = '.driver.ts';

// Each simulator as its conformance driver starts it, which also says what its protocol cannot have.
for (const file of readdirSync(drivers).filter((name) => name.endsWith(SUFFIX))) {
  const name = file.slice(0, -SUFFIX.length);
  const { default: driver } = (await import(pathToFileURL(join(drivers, file)).href)) as { default: ConformanceDriver };

  describe(`simulators/${name}: faults`, function () {
    this.timeout(60_000);

    it('have the names that every simulator has, except where the protocol cannot', async () => {
      const { simulator } = await driver.start();
      const missing = commonFaults.filter((fault) => simulator.faults[fault] === undefined);
      await simulator.stop();
      assert.deepEqual(
        missing,
        commonFaults.filter((fault) => 'notApplicable' in driver.faults[fault]),
      );
      assert.ok(simulator.faults['clear']);
    });

    it('can each be applied without arguments, twice, and cleared', async () => {
      const bench = await driver.start();
      const { simulator } = bench;
      try {
        let stimulus = 0;
        for (const [fault, apply] of Object.entries(simulator.faults)) {
          await apply({});
          await apply({});
          await bench.stimulate((stimulus += 1));
          await simulator.faults['clear']?.({});
          await assert.doesNotReject(async () => simulator.faults['clear']?.({}), `${fault}, cleared twice`);
        }
      } finally {
        await simulator.stop();
      }
    });
  });
}
