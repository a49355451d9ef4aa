import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { inProcess } from '../../src/adapter/runner.ts';
import type { AdapterRunner } from '../../src/adapter/runner.ts';
import { DeviceSupervisor } from '../../src/adapter/supervisor.ts';
import { WorkerRunner } from '../../src/adapter/worker/worker-runner.ts';
import { systemClock } from '../../src/domain/clock.ts';
import fixture from '../../test/adapter/worker/fixtures/timing.ts';
import { durations, durationsHead, machine } from './figures.ts';

// node --import tsx scripts/bench/adapter-thread.ts [--reports 2000]
//
// What it costs that an adapter runs in a thread of its own: from its call of `report` to intake, and until the promise is fulfilled (without the
// journal's flush). The same adapter, in the gateway's thread and in its own.

const { values } = parseArgs({ options: { reports: { type: 'string', default: '2000' } } });
const reports = Number(values.reports);
const log = pino({ level: 'silent' });
const WARM_UP = 200;

async function measure(runner: AdapterRunner): Promise<{ arrivalUs: number[]; roundTripUs: number[]; memoryMb: number }> {
  const arrivalUs: number[] = [];
  const roundTripUs: number[] = [];
  let memoryMb = 0;
  await new Promise<void>((enough) => {
    const supervisor = new DeviceSupervisor({
      runner,
      device: { id: 'device', name: 'Device', adapter: 'timing', options: { pauseMs: 2 } },
      points: [],
      clock: systemClock,
      log,
      random: () => 0,
      changed: () => undefined,
      secret: () => Promise.reject(new Error('there is none')),
      report: ({ details }) => {
        if (details?.['sentAtMs'] === undefined) return Promise.resolve();
        arrivalUs.push(1000 * (performance.timeOrigin + performance.now() - Number(details['sentAtMs'])));
        roundTripUs.push(1000 * Number(details['roundTripMs']));
        if (arrivalUs.length === reports + WARM_UP) {
          memoryMb = Math.round(process.memoryUsage().rss / 2 ** 20);
          void supervisor.stop().then(enough);
        }
        return Promise.resolve();
      },
    });
    supervisor.start();
  });
  await runner.close();
  return { arrivalUs: arrivalUs.slice(WARM_UP), roundTripUs: roundTripUs.slice(WARM_UP), memoryMb };
}

console.log(machine());
const here = await measure(inProcess(fixture));
const module = new URL('../../test/adapter/worker/fixtures/timing.ts', import.meta.url).href;
const there = await measure(new WorkerRunner({ name: 'timing', module, clock: systemClock, log }));
console.log(durationsHead.replace('milliseconds', 'microseconds'));
for (const [name, { arrivalUs, roundTripUs }] of [["the gateway's thread", here] as const, ['a thread of its own', there] as const]) {
  console.log(durations(`report() to intake, in ${name}`, arrivalUs));
  console.log(durations(`report() until fulfilled, in ${name}`, roundTripUs));
}
console.log(`memory of the process without and with the thread: ${here.memoryMb} MB, ${there.memoryMb} MB`);
