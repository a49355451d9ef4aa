import { parseArgs } from 'node:util';
import { machine, percentile } from './bench/figures.ts';
import { isFlawless } from './torture/audit.ts';
import { torture } from './torture/run.ts';

// npm run torture [-- --kills 200 --seconds 3600 --folder DIR]
//
// Kills the gateway's process (SIGKILL) again and again at random moments, a quarter of them while it starts, under the load of 50
// simulated panels, which repeat until they are acknowledged, and 200 doors; then holds the journal against what the hardware knows.

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seconds: { type: 'string', default: '3600' }, folder: { type: 'string' } },
});
console.log(machine());
const began = performance.now();
const result = await torture({
  kills: Number(values.kills),
  seconds: Number(values.seconds),
  told: (progress) => console.log(`${Math.round((performance.now() - began) / 1000)} s: ${progress}`),
  ...(values.folder !== undefined && { folder: values.folder }),
});
const line = (what: string, value: number | string) => console.log(`${what.padEnd(52)} ${String(value).padStart(9)}`);
line('kills (SIGKILL)', result.kills);
line('  of them while the gateway was starting', result.killedWhileStarting);
line('start to console answering, ms, p50', percentile(result.startMs, 50).toFixed(0));
line('start to console answering, ms, p95', percentile(result.startMs, 95).toFixed(0));
line('signals acknowledged to panels and controllers', result.acknowledged);
line('  frames that panels sent again', result.repeatsSent);
line('signals found in the journal', result.journalled);
line('signals LOST', result.lost);
line('signals DUPLICATED', result.duplicated);
line('signals never acknowledged', result.unfinished);
line('incidents opened', result.incidents);
line('incidents DUPLICATED', result.duplicatedIncidents);
line('alarms in the journal without an incident', result.withoutIncident);
line('doors whose last state in the journal is wrong', result.wrongDoors);
process.exit(isFlawless(result) ? 0 : 1);
