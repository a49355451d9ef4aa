import assert from 'node:assert/strict';
import type { AdapterDefinition } from '../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { Trial } from './battery.ts';
import { faultNames } from './driver.ts';
import type { ConformanceDriver, FaultDrill, NotApplicable } from './driver.ts';

/** The clock may be wrong by so much after its known offset is taken out. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Everything that goes wrong with devices and lines, one at a time. */
export function faultTests(definition: AdapterDefinition, driver: ConformanceDriver): void {
  let trial: Trial | undefined;
  afterEach(async () => {
    await trial?.close();
    trial = undefined;
  });

  for (const fault of faultNames) {
    const drill = driver.faults[fault];
    if ('notApplicable' in drill) {
      it(`survives ${fault} (does not apply: ${drill.notApplicable})`);
    } else {
      it(`survives ${fault}: ${outcomes[drill.link]}, ${driver.keeps === 'everything' || drill.harmless ? 'nothing is lost' : 'the state is right again'}`, async () => {
        trial = await Trial.begin(definition, driver);
        await survive(trial, drill);
      });
    }
  }

  const { drop } = driver.faults;
  const readsStates = driver.readsStates;
  if (readsStates !== true) {
    it(`reads every state again after an outage (does not apply: ${readsStates.notApplicable})`);
  } else if (endsTheLink(drop)) {
    it('tells of the outage, and reads every state again after it', async () => {
      trial = await Trial.begin(definition, driver);
      const gateway = await trial.connect();
      const atFirst = statesIn(trial.journal.signals);
      assert.notEqual(atFirst.size, 0, 'no state was reported with `initial: true` on connecting');
      const { losses } = gateway;
      await drop.apply(trial.bench);
      await gateway.lost(losses);
      await trial.clear();
      const before = trial.journal.signals.length;
      await gateway.online();
      const since = trial.journal.signals.slice(before);
      const again = statesIn(since);
      assert.deepEqual(
        [...atFirst].filter((state) => !again.has(state)),
        [],
        'states that were not read again',
      );
      assert(trial.journal.signals.some(({ kind, phase }) => kind === 'device.offline' && phase === 'raised'));
    });
  }

  it('knows the offset of a device whose clock is an hour fast when it connects, where the device tells the time', async function () {
    const skew = driver.faults['clock-skew'];
    if ('notApplicable' in skew) return this.skip();
    trial = await Trial.begin(definition, driver);
    await skew.apply(trial.bench);
    await trial.connect();
    await trial.arrive(await trial.stimulate(2));
    for (const { occurredAt, clockOffsetMs = 0, kind } of trial.journal.signals) {
      if (occurredAt !== undefined)
        assert(Math.abs(occurredAt - clockOffsetMs - Date.now()) < CLOCK_TOLERANCE_MS, `${kind}: offset ${clockOffsetMs} ms`);
    }
  });
}

const outcomes = { ends: 'the link is lost and made again', stands: 'the link stands', either: 'the link stands or is made again' };

function endsTheLink(drill: FaultDrill | NotApplicable): drill is FaultDrill {
  return 'link' in drill && drill.link === 'ends';
}

async function survive(trial: Trial, drill: FaultDrill): Promise<void> {
  const gateway = await trial.connect();
  await trial.arrive(await trial.stimulate(3));
  // On a busy machine the first attempt to connect may have failed: that was not the fault.
  const { losses } = gateway;
  await drill.apply(trial.bench);
  const meanwhile = await trial.stimulate(3);
  if (drill.harmless) await trial.arrive(meanwhile);
  if (drill.link === 'ends') await gateway.lost(losses);
  await trial.clear();
  await gateway.online();
  await trial.settled();
  await trial.arrive(await trial.stimulate(3));
  if (drill.link === 'stands') assert.equal(gateway.losses, losses, 'how often the link was lost');
  trial.assertClean();
}

function statesIn(signals: readonly DeviceSignal[]): Set<string> {
  return new Set(signals.flatMap(({ kind, point, initial }) => (initial === true && kind !== 'device.offline' ? [`${point} ${kind}`] : [])));
}
