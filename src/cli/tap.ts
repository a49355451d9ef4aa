import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { Fleet } from '../adapter/fleet.ts';
import type { AdapterHost } from '../adapter/contract.ts';
import { loadAdapters } from '../adapter/loader.ts';
import { inProcess } from '../adapter/runner.ts';
import type { AdapterRunner } from '../adapter/runner.ts';
import type { DeviceSupervisor } from '../adapter/supervisor.ts';
import { parseWithout } from '../adapter/worker/redact.ts';
import { systemClock } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { EventKind } from '../domain/kinds.ts';
import { describeMistake } from '../site/read-site.ts';
import { loadSite } from '../site/load.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { required } from './options.ts';
import { untilStopped } from './until-stopped.ts';

const tap: Command = {
  name: 'tap',
  usage: 'sallyport tap DEVICE --site FILE',
  summary:
    'Connects one device of a site and prints what it says, decoded, until it is told to stop. Nothing is kept. An alarm panel is not acknowledged: ' +
    'it repeats what it sent until its gateway takes it. Stop that gateway first where it listens on the same port.',
  async run(args) {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { site: { type: 'string' } } });
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError('name one device');
    const tapped = await startTap(resolve(required(values.site, 'site')), id, console.log);
    await untilStopped(tapped.log);
    await tapped.stop();
    return 0;
  },
};
export default tap;

interface Tapped {
  readonly log: Logger;
  stop(): Promise<void>;
}

/** Connects a device of a site; `print` gets a line of JSON for each thing that it says. @throws Error where the site file has mistakes or no such device. */
export async function startTap(siteFile: string, id: string, print: (line: string) => void): Promise<Tapped> {
  const adapters = await loadAdapters();
  const { site, mistakes } = loadSite(siteFile, adapters);
  if (site === undefined) throw new Error(['the site file has mistakes:', ...mistakes.map(describeMistake)].join('\n'));
  const device = site.devices.find((each) => each.id === id);
  const adapter = adapters.get(device?.adapter ?? '');
  if (device === undefined || adapter === undefined)
    throw new UsageError(`there is no device "${id}"; there are ${site.devices.map((each) => each.id).join(', ')}`);

  // An adapter that can serve panels among other things refuses nothing where it serves none.
  const { panel, ...others } = adapter.points;
  const holdsAlarms = panel !== undefined && (Object.keys(others).every((type) => type === 'zone') || site.panels.some((each) => each.device === id));
  const printer = new Printer(print, holdsAlarms);
  const log = pino({ level: 'warn' }, { write: (line: string) => printer.say('log', JSON.parse(line)) });
  const fleet = new Fleet({
    site: { ...site, devices: [device] },
    siteFile,
    runner: () => printer.listenTo(inProcess(adapter)),
    clock: systemClock,
    log,
    random: Math.random,
    report: (_device, signal) => printer.report(signal),
    changed: (supervisor) => printer.changed(supervisor),
  });
  fleet.start();
  return { log, stop: () => fleet.stop() };
}

const foundOut: ReadonlySet<EventKind> = new Set(['device.offline', 'device.malformed', 'device.clock']);

/** Prints one line of JSON for each thing that a device says, and no secret that its adapter was given. */
class Printer {
  readonly #secrets = new Set<string>();
  readonly #print: (line: string) => void;
  readonly #holdsAlarms: boolean;
  #malformed = 0;
  #link = '';

  /** `holdsAlarms`: the device keeps its alarms until they are acknowledged, and shall keep them for its gateway. */
  constructor(print: (line: string) => void, holdsAlarms: boolean) {
    this.#print = print;
    this.#holdsAlarms = holdsAlarms;
  }

  /** The runner, overheard when it asks for secrets. */
  listenTo(runner: AdapterRunner): AdapterRunner {
    const overheard = (host: AdapterHost): AdapterHost => ({
      ...host,
      secret: async (reference) => {
        const value = await host.secret(reference);
        this.#secrets.add(value);
        return value;
      },
    });
    return { connect: (options, host) => runner.connect(options, overheard(host)), close: () => runner.close() };
  }

  /** Prints a signal. Only a journal may acknowledge a panel, and there is none; other devices would stop at a refusal. */
  report(signal: DeviceSignal): Promise<void> {
    this.say('signal', signal);
    // What the gateway finds out by itself no panel sends again, and the alarm comes behind it.
    if (!this.#holdsAlarms || foundOut.has(signal.kind)) return Promise.resolve();
    return Promise.reject(new Error('nothing is kept here: the panel shall send it again'));
  }

  changed({ link, malformed }: DeviceSupervisor): void {
    const text = JSON.stringify(link);
    if (text !== this.#link) this.say('link', link);
    this.#link = text;
    if (malformed.count > this.#malformed) this.say('malformed', malformed.latest.at(-1));
    this.#malformed = malformed.count;
  }

  say(what: string, value: unknown): void {
    const at = new Date(systemClock.now()).toISOString();
    this.#print(JSON.stringify(parseWithout(this.#secrets, JSON.stringify({ at, what, ...(value as object) }))));
  }
}
