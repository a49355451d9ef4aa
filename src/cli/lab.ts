import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadAdapters } from '../adapter/loader.ts';
import { startGateway } from '../main.ts';
import { loadSite } from '../site/load.ts';
import { LabControl } from '../desk/lab-control.ts';
import { systemClock } from '../domain/clock.ts';
import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import { dataFolder, DEFAULT_DATA } from './options.ts';
import { gatewayLog, portOf } from './run.ts';
import { untilStopped } from './until-stopped.ts';

const root = join(import.meta.dirname, '..', '..');
const labSite = join(root, 'config', 'sites', 'lab.yaml');

const lab: Command = {
  name: 'lab',
  usage: 'sallyport lab [trigger SCENARIO] [--site FILE] [--simulators FILE] [--data DIR] [--port N] [--log LEVEL]',
  summary: 'Runs the lab site: simulated hardware and the gateway. `trigger` starts a scenario in a lab that runs.',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        site: { type: 'string', default: labSite },
        simulators: { type: 'string' },
        data: { type: 'string', default: DEFAULT_DATA },
        port: { type: 'string' },
        log: { type: 'string', default: 'warn' },
      },
    });
    const [action, scenario] = positionals;
    const siteFile = resolve(values.site);
    if (action === 'trigger') return trigger(siteFile, scenario);
    if (action !== undefined) throw new UsageError(`"${action}" is not something that the lab can do`);

    const log = gatewayLog(values.log);
    const simulators = await startSimulators(values.simulators);
    try {
      const gateway = await startGateway({
        siteFile,
        dataFolder: dataFolder(values.data),
        log,
        ...(values.port !== undefined && { port: portOf(values.port) }),
      });
      const password = process.env['SALLYPORT_LAB_PASSWORD'] ?? randomBytes(9).toString('base64url');
      await gateway.accounts.set('dispatcher', 'dispatcher', password);
      await gateway.accounts.set('integrator', 'integrator', password);
      const shown = process.env['SALLYPORT_LAB_PASSWORD'] === undefined ? `password ${password}` : 'the password in SALLYPORT_LAB_PASSWORD';
      console.log(`Sallyport lab: ${gateway.url}  (sign in as "dispatcher" or "integrator", ${shown}; Ctrl-C stops)`);
      const ended = (code: number | null) => log.error({ code }, 'the simulators have ended');
      simulators.once('exit', ended);
      await untilStopped(log);
      simulators.off('exit', ended);
      await gateway.close();
      return 0;
    } finally {
      await stopSimulators(simulators);
    }
  },
};
export default lab;

/** The simulators run in a process of their own, as the hardware of a site does. */
async function startSimulators(configuration: string | undefined): Promise<ChildProcess> {
  const child = fork(join(root, 'simulators', 'lab', 'main.ts'), configuration === undefined ? [] : ['--config', resolve(configuration)], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    // Ctrl-C goes to the whole terminal group; the simulators shall stop after the gateway, when their parent says so.
    detached: true,
  });
  const [first] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (first !== 'ready') throw new Error('the simulators did not start; the reason is above');
  return child;
}

async function stopSimulators(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || !child.connected) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

async function trigger(siteFile: string, scenario: string | undefined): Promise<number> {
  const { labControl } = loadSite(siteFile, await loadAdapters());
  if (labControl === undefined) throw new Error(`${siteFile} has no "lab" part: scenarios exist in a lab only`);
  if (scenario === undefined) throw new UsageError('name the scenario');
  const control = new LabControl(labControl, systemClock);
  await control.start(scenario).catch((cause: unknown) => {
    const unreachable = cause instanceof TypeError;
    throw new Error(unreachable ? `no lab answers at ${labControl}: start it with "npm start"` : (cause as Error).message, { cause });
  });
  console.log(`started: ${scenario}`);
  return 0;
}
