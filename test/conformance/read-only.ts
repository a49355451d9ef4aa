import assert from 'node:assert/strict';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import { until } from '../support/until.ts';
import { STEP_MS, Trial } from './battery.ts';
import type { ConformanceDriver } from './driver.ts';
import type { Journal } from './gateway.ts';

/** Somebody who only looks takes nothing from the gateway. */
export function readOnlyTests(definition: AdapterDefinition, driver: ConformanceDriver): void {
  let trial: Trial;
  beforeEach(async () => {
    trial = await Trial.begin(definition, driver);
  });
  afterEach(() => trial.close());

  const sees = ({ signals }: Journal, number: number) => {
    const { bench } = trial;
    return until(`stimulus ${number} to be seen`, () => bench.numbers(signals).includes(number) || bench.shows?.(signals, number), STEP_MS);
  };
  const acknowledgements = () => trial.bench.acknowledged?.() ?? 0;

  it('acknowledges nothing while the gateway is away, which then gets everything', async () => {
    await trial.connect();
    await trial.arrive(await trial.stimulate(1));
    await trial.acknowledged();
    await trial.disconnect();
    const before = acknowledgements();

    const { gateway, journal } = await trial.look();
    const [first = 0] = await trial.stimulate(1);
    await sees(journal, first);
    await trial.stimulate(2);
    assert.equal(acknowledgements(), before);
    await gateway.stop();
    assert.equal(acknowledgements(), before);

    await trial.connect();
    await trial.settled();
    trial.assertClean();
  });

  if (driver.callsUs) {
    it('does not disturb the gateway beside it (does not apply: the device calls whoever listens, which is one at a time)');
    return;
  }
  it('does not disturb the gateway beside it', async () => {
    const gateway = await trial.connect();
    const { gateway: looker, journal } = await trial.look();
    const numbers = await trial.stimulate(3);
    await trial.settled();
    await sees(journal, numbers.at(-1) ?? 0);
    await looker.stop();
    await trial.stimulate(2);
    await trial.settled();
    await trial.acknowledged();
    trial.assertClean();
    assert.deepEqual([gateway.losses, gateway.supervisor.link.state], [0, 'online']);
  });
}
