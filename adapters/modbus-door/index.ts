import { defineAdapter } from '../../src/adapter/contract.ts';
import type { AdapterHost, Connection } from '../../src/adapter/contract.ts';
import { DoorCommands } from './commands.ts';
import { discover } from './discover.ts';
import { Line } from './line.ts';
import { kinds } from './mapping.ts';
import { Monitor } from './monitor.ts';
import { doorAt, options, readerAt } from './options.ts';
import type { ModbusDoorOptions } from './options.ts';
import { servedUnits } from './served.ts';
import { transportOf } from './transport.ts';

export default defineAdapter({
  name: 'modbus-door',
  summary: 'Door controllers and input/output boards that speak Modbus: TCP, RTU over TCP, serial line',
  kinds,
  options,
  points: { door: doorAt, reader: readerAt },
  connect,
  discover,
});

async function connect(options: ModbusDoorOptions, host: AdapterHost): Promise<Connection> {
  host.signal.throwIfAborted();
  const units = servedUnits(options, host.points);
  const transport = transportOf(options);
  // On TCP nothing gets lost: a device of one unit that is silent is out of step, and a new connection is the best that can be done.
  const outlastsSilence = transport.isLossy || units.length > 1;
  const line = new Line(transport, { timeoutMs: options.timeoutMs, outlastsSilence }, host);
  const doors = units.flatMap((unit) => unit.doors);
  const commands = new DoorCommands(host, line, doors, options.pulseMs);
  const stop = () => {
    const ended = commands.hasUnended ? commands.endAll() : Promise.resolve();
    void ended.finally(() => line.close(host.signal.reason as Error));
  };
  host.signal.addEventListener('abort', stop, { once: true });
  void line.ended.then(() => host.signal.removeEventListener('abort', stop));

  const monitor = new Monitor(host, line, units, { pollMs: options.pollMs, outlastsSilence });
  try {
    await line.opened;
    await commands.endAll();
    // The journal may keep `start` waiting for longer than the line lasts.
    await Promise.race([monitor.start(), line.ended.then((reason) => Promise.reject(reason))]);
  } catch (error) {
    line.close(error as Error);
    throw await line.ended;
  }
  return { done: done(monitor, line, host), doors: { command: (door, command) => commands.command(door, command) } };
}

/** Resolves when the line was ended because the gateway asked for it, and rejects with the reason when it was lost. */
async function done(monitor: Monitor, line: Line, host: AdapterHost): Promise<void> {
  monitor.run().catch((error: unknown) => line.close(error as Error));
  const reason = await line.ended;
  if (!host.signal.aborted) throw reason;
}
