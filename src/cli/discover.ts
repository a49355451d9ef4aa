import { isIPv4 } from 'node:net';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { AdapterDefinition } from '../adapter/contract.ts';
import { adapterModule, loadAdapters } from '../adapter/loader.ts';
import { WorkerRunner } from '../adapter/worker/worker-runner.ts';
import { discoverAll, SearchRefused } from '../discovery/discover.ts';
import type { Search } from '../discovery/discover.ts';
import { siteFragment } from '../discovery/site-fragment.ts';
import { systemClock } from '../domain/clock.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';
import { required } from './options.ts';

const PASSWORD_VARIABLE = 'SALLYPORT_DISCOVER_PASSWORD';

const discover: Command = {
  name: 'discover',
  usage: 'sallyport discover --interface ADDRESS [--onvif [HOST]] [--bacnet [HOST]] [--modbus HOST] [--user NAME] [--timeout SECONDS]',
  summary:
    'Looks for devices and prints what to paste into a site file. ADDRESS is that of a network interface of this machine: nothing is sent beyond its network. ' +
    'Without --onvif and the like, every adapter that can look by itself does; with a HOST, an IPv4 address in that network, that host is asked directly. ' +
    `With --user and its password in the environment variable ${PASSWORD_VARIABLE}, access controllers are asked for their doors as well; the password is not sent in clear.`,
  async run(args) {
    const able = [...(await loadAdapters()).values()].filter((adapter) => adapter.discover !== undefined);
    const { address, timeoutMs, searches, username } = parseSearch(args, able);
    const account = username === undefined ? {} : { account: { username, password: passwordOf(process.env) } };
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort(new Error('interrupted')));
    const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
    const runner = ({ name }: AdapterDefinition) => new WorkerRunner({ name, module: adapterModule(name), clock: systemClock, log });
    const options = { interface: address, timeoutMs, signal: stop.signal, clock: systemClock, runner, ...account };
    const { found, failures } = await discoverAll(searches, options).catch((error: unknown) => {
      throw error instanceof SearchRefused ? new UsageError(error.message) : error;
    });
    for (const { adapter, host } of searches) {
      const reason = failures.get(adapter.name);
      if (reason !== undefined) console.error(`${adapter.name}: ${reason}${host === undefined ? ` (--${flagOf(adapter)} HOST asks one)` : ''}`);
    }
    console.error(`${found.length} ${found.length === 1 ? 'device' : 'devices'} found`);
    if (found.length > 0) process.stdout.write(siteFragment(found));
    return failures.size > 0 && found.length === 0 ? 1 : 0;
  },
};
export default discover;

/** A password has no place among the arguments, which every user of the machine can read. @throws UsageError when there is none. */
function passwordOf(environment: NodeJS.ProcessEnv): string {
  const password = environment[PASSWORD_VARIABLE];
  if (password === undefined || password === '') throw new UsageError(`--user needs the password in the environment variable ${PASSWORD_VARIABLE}`);
  return password;
}

/** The word before the first hyphen of an adapter's name is its option: `--onvif` for the one that speaks ONVIF. */
function flagOf({ name }: AdapterDefinition): string {
  return name.split('-', 1)[0] ?? name;
}

/** @throws UsageError, or parseArgs's own for an option that is unknown. */
export function parseSearch(
  args: readonly string[],
  able: readonly AdapterDefinition[],
): { address: string; timeoutMs: number; searches: readonly Search[]; username?: string } {
  const flags = Object.fromEntries(able.map((adapter) => [flagOf(adapter), { type: 'boolean' as const }]));
  const { values, tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    tokens: true,
    options: { interface: { type: 'string' }, timeout: { type: 'string', default: '3' }, user: { type: 'string' }, ...flags },
  });
  const address = required(values.interface, 'interface');
  if (!isIPv4(address) || address === '0.0.0.0') throw new UsageError(`--interface must be an IPv4 address of this machine, not "${address}"`);
  const seconds = Number(values.timeout);
  if (!(seconds > 0 && seconds <= 600)) throw new UsageError('--timeout must be a number of seconds, up to 600');

  // The word behind `--modbus` is its host; a word anywhere else is a mistake.
  const hosts = new Map<string, string>();
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'positional') continue;
    const before = tokens[index - 1];
    if (before?.kind !== 'option' || !(before.name in flags)) throw new UsageError(`"${token.value}" does not follow the option of an adapter`);
    hosts.set(before.name, token.value);
  }
  const chosen = able.filter((adapter) => flagOf(adapter) in values);
  const searches = (chosen.length > 0 ? chosen : able).map((adapter) => {
    const host = hosts.get(flagOf(adapter));
    return { adapter, ...(host !== undefined && { host }) };
  });
  return { address, timeoutMs: seconds * 1000, searches, ...(values.user !== undefined && { username: values.user }) };
}
