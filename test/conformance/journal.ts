import assert from 'node:assert/strict';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { until } from '../support/until.ts';
import { STEP_MS, Trial } from './battery.ts';
import type { ConformanceDriver } from './driver.ts';

/** Numbered stimuli while the journal works, fails for a while, and fails for good. */
export function journalTests(definition: AdapterDefinition, driver: ConformanceDriver): void {
  let trial: Trial;
  beforeEach(async () => {
    trial = await Trial.begin(definition, driver);
  });
  afterEach(() => trial.close());

  const refused = () => until('the journal to refuse something', () => trial.journal.refusals > 0, STEP_MS);
  const nothingAcknowledged = () => {
    if (trial.bench.acknowledged !== undefined) assert.equal(trial.bench.acknowledged(), 0, 'acknowledged before it was in the journal');
  };

  it('reports every stimulus once, in order', async () => {
    await trial.connect();
    await trial.arrive(await trial.stimulate(12));
    await trial.acknowledged();
    trial.assertClean();
  });

  it('reports every stimulus once when the journal fails for a while, and acknowledges none before', async () => {
    await trial.connect();
    trial.journal.fails = true;
    const first = await trial.stimulate(5);
    await refused();
    assert.deepEqual(trial.arrived, []);
    nothingAcknowledged();
    trial.journal.fails = false;
    await trial.arrive([...first, ...(await trial.stimulate(5))]);
    await trial.acknowledged();
    trial.assertClean();
  });

  const comesBack = driver.keeps === 'everything' ? 'delivers everything to the next connection' : 'shows its latest state to the next connection';
  it(`acknowledges nothing when the journal fails for good, and ${comesBack}`, async () => {
    await trial.connect();
    trial.journal.fails = true;
    await trial.stimulate(5);
    await refused();
    nothingAcknowledged();
    await trial.disconnect();
    nothingAcknowledged();
    trial.journal.fails = false;
    await trial.connect();
    await trial.settled();
    await trial.arrive(await trial.stimulate(3));
    trial.assertClean();
  });
}
