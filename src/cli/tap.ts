import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { Fleet } from '../adapter/fleet.ts';
import type { AdapterHost, DecodedFrame } from '../adapter/contract.ts';
import { loadAdapters } from '../adapter/loader.ts';
import { readOnly } from '../adapter/read-only.ts';
import { inProcess } from '../adapter/runner.ts';
import type { AdapterRunner } from '../adapter/runner.ts';
import type { DeviceSupervisor } from '../adapter/supervisor.ts';
import { parseWithout } from '../adapter/worker/redact.ts';
import { systemClock } from '../domain/clock.ts';
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
    'Connects one device of a site and prints what it says, decoded, until it is told to stop: each frame, and the signals that become of it. Of what is asked for ' +
    'in rounds, answers that have changed are printed. Nothing is kept, and nothing acknowledged: what the device holds for its gateway, it still holds. ' +
    'Stop that gateway first where it listens on the same port.',
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

  const printer = new Printer(print);
  const log = pino({ level: 'warn' }, { write: (line: string) => printer.say('log', JSON.parse(line)) });
  const fleet = new Fleet({
    site: { ...site, devices: [device] },
    siteFile,
    runner: () => printer.listenTo(readOnly(inProcess(adapter))),
    clock: systemClock,
    log,
    random: Math.random,
    report: (_device, signal) => {
      printer.say('signal', signal);
      return Promise.resolve();
    },
    changed: (supervisor) => printer.changed(supervisor),
  });
  fleet.start();
  return { log, stop: () => fleet.stop() };
}

/** Prints one line of JSON for each thing that a device says, and no secret that its adapter was given. */
class Printer {
  readonly #secrets = new Set<string>();
  readonly #print: (line: string) => void;
  /** The last answer to each thing that is asked for in rounds. */
  readonly #polled = new Map<string, string>();
  #malformed = 0;
  #link = '';

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** The runner, overheard when it asks for secrets and when it decodes a frame. */
  listenTo(runner: AdapterRunner): AdapterRunner {
    const overheard = (host: AdapterHost): AdapterHost => ({
      ...host,
      decoded: (frame) => this.#frame(frame),
      secret: async (reference) => {
        const value = await host.secret(reference);
        this.#secrets.add(value);
        return value;
      },
    });
    return {
      connect: (options, host) => runner.connect(options, overheard(host)),
      discover: (options) => runner.discover(options),
      close: () => runner.close(),
    };
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
    this.#print(JSON.stringify(parseWithout(this.#secrets, asJson({ at, what, ...(value as object) }))));
  }

  #frame({ name, content, polled }: DecodedFrame): void {
    const text = asJson(content);
    if (polled && this.#polled.get(name) === text) return;
    if (polled) this.#polled.set(name, text);
    this.say('frame', { name, content });
  }
}

/** Libraries decode large numbers as what JSON does not know. */
function asJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}
