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
  usage:
    'sallyport lab [trigger SCENARIO] [--site FILE] [--simulators FILE] [--doors N] [--cameras N] [--panels N] [--data DIR] [--port N] [--log LEVEL]',
  summary:
    'Runs the lab site: simulated hardware and the gateway. `trigger` starts a scenario in a lab that runs. With --doors, --cameras or --panels it makes up a site of that size in the data folder.',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        site: { type: 'string', default: labSite },
        simulators: { type: 'string' },
        doors: { type: 'string' },
        cameras: { type: 'string' },
        panels: { type: 'string' },
        data: { type: 'string', default: DEFAULT_DATA },
        port: { type: 'string' },
        log: { type: 'string', default: 'warn' },
      },
    });
    const [action, scenario] = positionals;
    const scale = scaleOf(values);
    const scaled = scale.length === 0 ? undefined : join(dataFolder(values.data), 'scaled-lab');
    const siteFile = scaled === undefined ? resolve(values.site) : join(scaled, 'site.yaml');
    if (action === 'trigger') return trigger(siteFile, scenario);
    if (action !== undefined) throw new UsageError(`"${action}" is not something that the lab can do`);

    const log = gatewayLog(values.log);
    if (scaled !== undefined) await generate(scaled, scale);
    const simulators = await startSimulators(
      scaled === undefined
        ? values.simulators === undefined
          ? []
          : ['--config', resolve(values.simulators)]
        : ['--config', join(scaled, 'simulators.yaml'), '--secrets', join(scaled, 'secrets')],
    );
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

/** The options of `simulators/lab/generate.ts`; none where the size of the lab is not asked for. */
function scaleOf(values: { readonly doors?: string; readonly cameras?: string; readonly panels?: string }): string[] {
  return (['doors', 'cameras', 'panels'] as const).flatMap((what) => {
    const value = values[what];
    if (value === undefined) return [];
    if (!/^\d{1,5}$/.test(value)) throw new UsageError(`--${what} must be a number, not "${value}"`);
    return [`--${what}`, value];
  });
}

/** Makes up the simulators and the site; prints what it has made. The gateway names no simulator, so it is a program of its own. */
async function generate(folder: string, scale: readonly string[]): Promise<void> {
  const child = fork(join(root, 'simulators', 'lab', 'generate.ts'), ['--folder', folder, '--rules', join(root, 'config', 'rules'), ...scale], {
    execArgv: ['--import', import.meta.resolve('tsx')],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the lab of that size could not be made in ${folder}; the reason is above`);
}

/** The simulators run in a process of their own, as the hardware of a site does. */
async function startSimulators(args: readonly string[]): Promise<ChildProcess> {
  const child = fork(join(root, 'simulators', 'lab', 'main.ts'), args, {
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
