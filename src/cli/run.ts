import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { startGateway } from '../main.ts';
import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import { dataFolder, DEFAULT_DATA, required } from './options.ts';
import { untilStopped } from './until-stopped.ts';

const run: Command = {
  name: 'run',
  usage: 'sallyport run --site FILE [--data DIR] [--port N] [--log LEVEL]',
  summary: 'Runs the gateway of a site until it is told to stop (Ctrl-C or SIGTERM).',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        site: { type: 'string' },
        data: { type: 'string', default: DEFAULT_DATA },
        port: { type: 'string' },
        log: { type: 'string', default: 'info' },
      },
    });
    const log = gatewayLog(values.log);
    const gateway = await startGateway({
      siteFile: resolve(required(values.site, 'site')),
      dataFolder: dataFolder(values.data),
      log,
      ...(values.port !== undefined && { port: portOf(values.port) }),
    });
    console.log(`Sallyport: ${gateway.url}`);
    if (gateway.accounts.list().length === 0) {
      console.log(
        `There are no accounts yet: npx sallyport account set NAME --role dispatcher${values.data === DEFAULT_DATA ? '' : ` --data ${values.data}`}`,
      );
    }
    await untilStopped(log);
    await gateway.close();
    return 0;
  },
};
export default run;

/** Logs go to standard error, so that what a command prints can be read by a program. */
export function gatewayLog(level: string): Logger {
  if (!(level in pino.levels.values) && level !== 'silent')
    throw new UsageError(`--log must be one of: ${Object.keys(pino.levels.values).join(', ')}, silent`);
  return pino({ level }, pino.destination({ dest: 2, sync: true }));
}

export function portOf(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UsageError(`--port must be a number from 1 to 65535, not "${value}"`);
  return port;
}
