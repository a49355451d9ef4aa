import type { Simulator, SimulatorDefinition, Stimulus, StimulusArguments } from '../simulator.ts';
import { DoorController } from './controller.ts';
import type { Door } from './door.ts';
import { controllerOptions } from './options.ts';
import { ModbusServer } from './server.ts';

/** A door controller that speaks Modbus TCP; its register map and stimuli are in README.md. */
export class ModbusDoorSimulator implements Simulator {
  readonly id: string;
  readonly controller: DoorController;
  readonly stimuli: Readonly<Record<string, Stimulus>>;
  readonly faults: Readonly<Record<string, Stimulus>>;
  readonly #server: ModbusServer;
  #rebooting: NodeJS.Timeout | undefined;

  /** @throws Error naming the option that is wrong. */
  constructor(id: string, options: unknown) {
    const checked = controllerOptions.safeParse(options);
    if (!checked.success)
      throw new Error(`simulator ${id}: ${checked.error.issues.map((each) => `${each.path.join('.')}: ${each.message}`).join('; ')}`);
    const { host, port, unit, doors, badges, strikeMs, heldAfterMs, graceMs, exitContactMs } = checked.data;
    this.id = id;
    this.controller = new DoorController(
      doors.map((door) => ({ strikeMs, heldAfterMs, graceMs, exitContactMs, ...door })),
      badges,
    );
    this.#server = new ModbusServer(host, port, unit, this.controller);
    this.stimuli = this.#makeStimuli();
    this.faults = this.#makeFaults();
  }

  /** The TCP port, once started. */
  get port(): number {
    return this.#server.port;
  }

  async start(): Promise<void> {
    try {
      await this.#server.start();
    } catch (cause) {
      throw new Error(`simulator ${this.id} ${(cause as Error).message}`, { cause });
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#rebooting);
    this.controller.stop();
    await this.#server.stop();
  }

  #makeStimuli(): Record<string, Stimulus> {
    return {
      open: (args) => this.#door(args).openLeaf(),
      close: (args) => this.#door(args).closeLeaf(),
      force: (args) => this.#door(args).force(),
      badge: (args) => {
        this.#door(args);
        this.controller.badge(Number(args.door), credentialOf(args), args.valid === undefined ? undefined : isActive(args.valid));
      },
      'request-exit': (args) => this.#door(args).requestExit(),
      tamper: (args) => {
        this.#door(args).tampered = isActive(args.active);
      },
      fault: (args) => {
        this.#door(args).faulty = isActive(args.active);
      },
    };
  }

  #makeFaults(): Record<string, Stimulus> {
    return {
      drop: () => {
        this.#server.fault = 'cut';
        this.#server.hangUp();
      },
      stall: () => {
        this.#server.fault = 'stalled';
      },
      garble: () => {
        this.#server.fault = 'garbled';
      },
      'byte-at-a-time': () => {
        this.#server.fault = 'in-bytes';
      },
      reset: () => this.#server.reset(),
      'skew-clock': ({ seconds }) => {
        this.controller.clockErrorMs = 1000 * Number(seconds ?? 3600);
      },
      reboot: ({ seconds }) => this.#reboot(1000 * Number(seconds ?? 1)),
      clear: () => {
        clearTimeout(this.#rebooting);
        this.#server.fault = 'none';
        this.controller.clockErrorMs = 0;
      },
    };
  }

  /** Power is gone for `durationMs`: connections break off, volatile memory is lost. */
  #reboot(durationMs: number): void {
    clearTimeout(this.#rebooting);
    this.#server.fault = 'cut';
    this.#server.reset();
    this.controller.restart();
    this.#rebooting = setTimeout(() => {
      this.#server.fault = 'none';
    }, durationMs);
  }

  #door({ door }: StimulusArguments): Door {
    const found = this.controller.doors[Number(door) - 1];
    if (found === undefined) throw new Error(`simulator ${this.id} has doors 1 to ${this.controller.doors.length}, no door ${String(door)}`);
    return found;
  }
}

function credentialOf({ credential }: StimulusArguments): number {
  const number = Number(credential);
  if (!Number.isInteger(number) || number < 0 || number > 0xffffffff) throw new Error(`credential ${String(credential)} is not a number of 32 bits`);
  return number;
}

/** An argument such as `active` or `valid`; true when it is left out. */
function isActive(value: string | number | boolean | undefined): boolean {
  return value === undefined || value === true || value === 'true' || value === 1;
}

export default { create: (id, options) => new ModbusDoorSimulator(id, options) } satisfies SimulatorDefinition;
