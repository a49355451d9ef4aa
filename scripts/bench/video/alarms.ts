import { setTimeout as pause } from 'node:timers/promises';
import { startLab } from '../../../test/support/lab.ts';
import type { Lab } from '../../../test/support/lab.ts';
import { RestClient } from '../../../test/support/rest-client.ts';
import { durations } from '../figures.ts';
import { cameras, finish, force, listen, LOOK_MS, untilPast, within } from '../lab-console.ts';
import { labWithCameras } from './lab-with-cameras.ts';
import { descendants, processorPercent } from './processes.ts';

const START_LIMIT_MS = 180_000;
const WINDOW_S = 5;

interface Alarms {
  readonly load: string;
  /** Milliseconds from the frame on the wire to the incident's message at a console. */
  readonly message: readonly number[];
  /** How late the loop that handles alarms was meanwhile, at p99; the metric looks every 10 ms. */
  readonly loopDelayMs: number;
}

/**
 * What live cameras do to alarms: a door is forced again and again with the lab's own cameras and with so many more, in turn, so that a drift of the machine
 * shows. No browser decodes pictures on the same cores: a dispatcher's is on another machine.
 */
export async function measureAlarms(rounds: number, moreCameras: number): Promise<void> {
  const few: Alarms[] = [];
  const many: Alarms[] = [];
  for (let run = 0; run < 2; run += 1) {
    few.push(await alarmsBeside(0, rounds));
    many.push(await alarmsBeside(moreCameras, rounds));
  }
  for (const runs of [few, many]) {
    console.log(runs[0]?.load);
    const message = runs.flatMap((run) => run.message);
    console.log(durations('  frame on the wire -> incident at a console', message));
    for (const run of runs)
      console.log(`${durations('    one of its two runs', run.message)}   delay of the loop, p99: ${run.loopDelayMs.toFixed(1)} ms`);
  }
}

async function alarmsBeside(moreCameras: number, rounds: number): Promise<Alarms> {
  const { files, tap } = await labWithCameras(moreCameras);
  const lab = await within('the lab to start', startLab(files), START_LIMIT_MS);
  try {
    const rest = await RestClient.signIn(lab.url);
    await untilPast(rest, START_LIMIT_MS);
    const live = (await cameras(rest)).filter(({ state }) => state === 'live');
    const megabits = live.reduce((sum, { bitrateKbps = 0 }) => sum + bitrateKbps, 0) / 1000;
    const [gateway, hardware] = await Promise.all(
      [lab.program.child.pid ?? 0, ...descendants(lab.program.child.pid ?? 0)].map((pid) => processorPercent(pid, WINDOW_S)),
    );
    const messages = await listen(lab, rest);
    await loopDelayMs(lab);
    const message: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { wire, at, id } = await force(lab, tap, messages);
      message.push(at - wire);
      await pause(LOOK_MS);
      await finish(lab, rest, id);
    }
    messages.close();
    const load = `${live.length} live cameras, ${megabits.toFixed(0)} Mbit/s: gateway ${percent(gateway)}, simulated hardware ${percent(hardware)} of a core`;
    return { load, message, loopDelayMs: await loopDelayMs(lab) };
  } finally {
    await within('the lab to end', lab.program.stop());
    await tap.close();
    files.remove();
  }
}

/** Since it was asked last. */
async function loopDelayMs({ url }: Lab): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^sallyport_nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(metrics)?.[1] ?? Number.NaN) * 1000;
}

const percent = (value = Number.NaN) => `${value.toFixed(0)} %`;
