import type { ServedPoint } from '../../../src/adapter/contract.ts';
import { doorAt, options, readerAt } from '../../../adapters/modbus-door/options.ts';
import type { ModbusDoorOptions } from '../../../adapters/modbus-door/options.ts';

/** Options for a controller on the loopback, with short times. */
export function optionsFor(port: number, more: Record<string, unknown> = {}): ModbusDoorOptions {
  return options.parse({ host: '127.0.0.1', port, pollMs: 20, timeoutMs: 2000, ...more });
}

export function door(id: string, at: unknown): ServedPoint {
  return { id, type: 'door', name: `Door ${id}`, at: doorAt.parse(at) };
}

export function reader(id: string, at: unknown): ServedPoint {
  return { id, type: 'reader', name: `Reader ${id}`, parent: 'door-server', at: readerAt.parse(at) };
}

const inputs = (base: number) => ({
  contact: { discreteInput: base },
  lock: { discreteInput: base + 1 },
  requestToExit: { discreteInput: base + 2 },
  held: { discreteInput: base + 4 },
  tamper: { discreteInput: base + 5 },
  fault: { discreteInput: base + 6 },
});

const commands = (register: number) => ({
  lock: { holdingRegister: register, value: 1 },
  unlock: { holdingRegister: register, value: 2 },
  access: { holdingRegister: register, value: 3 },
});

const badges = (base: number, acknowledged: number) => ({
  counter: { inputRegister: base },
  log: { inputRegister: base + 8 },
  entries: 15,
  acknowledged: { holdingRegister: acknowledged },
});

/** The lab's controller: two doors, of which the second has no forced logic, and two readers. */
export const labPoints: readonly ServedPoint[] = [
  door('door-server', { ...inputs(0), forced: { discreteInput: 3 }, commands: commands(0) }),
  door('door-main', { ...inputs(8), commands: commands(16) }),
  reader('reader-server', badges(256, 2)),
  reader('reader-main', badges(512, 18)),
];
