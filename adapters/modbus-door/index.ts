import { defineAdapter } from '../../src/adapter/contract.ts';
import type { AdapterHost, Connection } from '../../src/adapter/contract.ts';
import { DoorCommands } from './commands.ts';
import { ModbusLink } from './link.ts';
import { kinds } from './mapping.ts';
import { Monitor } from './monitor.ts';
import { doorAt, options, readerAt } from './options.ts';
import type { ModbusDoorOptions } from './options.ts';

export default defineAdapter({
  name: 'modbus-door',
  summary: 'Door controllers and input/output boards that speak Modbus TCP',
  kinds,
  options,
  points: { door: doorAt, reader: readerAt },
  connect,
});

async function connect(options: ModbusDoorOptions, host: AdapterHost): Promise<Connection> {
  host.signal.throwIfAborted();
  const link = new ModbusLink(options, host);
  const commands = new DoorCommands(options, host, link);
  const stop = () => {
    const ended = commands.hasUnended ? commands.endAll() : Promise.resolve();
    void ended.finally(() => link.close(host.signal.reason as Error));
  };
  host.signal.addEventListener('abort', stop, { once: true });
  void link.ended.then(() => host.signal.removeEventListener('abort', stop));

  const monitor = new Monitor(options, host, link);
  try {
    await link.opened;
    await commands.endAll();
    // The journal may keep `start` waiting for longer than the link lasts.
    const found = await Promise.race([monitor.start(), link.ended.then((reason) => Promise.reject(reason))]);
    host.online(`unit ${options.unit}, ${found}`);
  } catch (error) {
    link.close(error as Error);
    throw await link.ended;
  }
  return { done: done(monitor, link, host), doors: { command: (door, command) => commands.command(door, command) } };
}

/** Resolves when the link was ended because the gateway asked for it, and rejects with the reason when it was lost. */
async function done(monitor: Monitor, link: ModbusLink, host: AdapterHost): Promise<void> {
  monitor.run().catch((error: unknown) => link.close(error as Error));
  const reason = await link.ended;
  if (!host.signal.aborted) throw reason;
}
