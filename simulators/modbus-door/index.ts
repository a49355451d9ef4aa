import type { Simulator, SimulatorDefinition, Stimulus, StimulusArguments } from '../simulator.ts';
import type { Device } from './application.ts';
import { DoorController } from './controller.ts';
import { IoModule, moduleLayouts } from './io-module.ts';
import { controllerOptions, unitsOf } from './options.ts';
import type { ControllerOptions, UnitOptions } from './options.ts';
import { quirks as profiles } from './quirks.ts';
import { ModbusServer } from './server.ts';
import type { AnswerFault, Unit } from './server.ts';

/** Door controllers and I/O modules on one Modbus line; their register maps and stimuli are in README.md. */
export class ModbusDoorSimulator implements Simulator {
  readonly id: string;
  readonly stimuli: Readonly<Record<string, Stimulus>>;
  readonly faults: Readonly<Record<string, Stimulus>>;
  readonly #units: readonly Unit[];
  readonly #server: ModbusServer;
  #rebooting: NodeJS.Timeout | undefined;

  /** @throws Error naming the option that is wrong. */
  constructor(id: string, options: unknown) {
    const checked = controllerOptions.safeParse(options);
    if (!checked.success)
      throw new Error(`simulator ${id}: ${checked.error.issues.map((each) => `${each.path.join('.')}: ${each.message}`).join('; ')}`);
    const { host, port, framing, quirks } = checked.data;
    this.id = id;
    this.#units = unitsOf(checked.data).map((unit) => ({ number: unit.unit, device: deviceOf(unit, checked.data), fault: 'none' }));
    this.#server = new ModbusServer({ host, port, framing, quirks: profiles.read(quirks) }, this.#units);
    this.stimuli = this.#makeStimuli();
    this.faults = this.#makeFaults();
  }

  /** The TCP port, once started. */
  get port(): number {
    return this.#server.port;
  }

  /** The controller that is the given unit, or the first one. @throws Error when that is none. */
  controllerOf(unit?: number): DoorController {
    const { device, number } = this.#unit(unit);
    if (device instanceof DoorController) return device;
    throw new Error(`simulator ${this.id}: unit ${number} is an I/O module and has neither readers nor logic`);
  }

  /** The I/O module that is the given unit, or the first one. @throws Error when that is none. */
  moduleOf(unit?: number): IoModule {
    const { device, number } = this.#unit(unit);
    if (device instanceof IoModule) return device;
    throw new Error(`simulator ${this.id}: unit ${number} is a controller, no I/O module`);
  }

  /** The first unit's controller. */
  get controller(): DoorController {
    return this.controllerOf();
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
    for (const device of this.#devices) device.stop();
    await this.#server.stop();
  }

  #makeStimuli(): Record<string, Stimulus> {
    return {
      open: (args) => this.#leaf(args, true),
      close: (args) => this.#leaf(args, false),
      force: (args) => {
        const door = this.#logicDoor(args);
        if (door === undefined) this.#leaf(args, true);
        else door.force();
      },
      badge: (args) => {
        const controller = this.controllerOf(unitIn(args));
        at(controller.doors, args, this.id);
        controller.badge(Number(args.door), credentialOf(args), args.valid === undefined ? undefined : isActive(args.valid));
      },
      'request-exit': (args) => {
        const { device } = this.#unit(unitIn(args));
        if (device instanceof IoModule) device.requestExit(at(device.doors, args, this.id));
        else this.#logicDoor(args)?.requestExit();
      },
      tamper: (args) => {
        at(this.controllerOf(unitIn(args)).doors, args, this.id).tampered = isActive(args.active);
      },
      fault: (args) => {
        at(this.controllerOf(unitIn(args)).doors, args, this.id).faulty = isActive(args.active);
      },
    };
  }

  #makeFaults(): Record<string, Stimulus> {
    const answers = (fault: AnswerFault) => (args: StimulusArguments) => this.#setFault(fault, unitIn(args));
    return {
      drop: () => {
        this.#server.isCut = true;
        this.#server.hangUp();
      },
      stall: answers('stalled'),
      garble: answers('garbled'),
      truncate: answers('truncated'),
      'byte-at-a-time': answers('in-bytes'),
      late: (args) => {
        this.#server.lateByMs = Number(args.ms ?? 1500);
        this.#setFault('late', unitIn(args));
      },
      reset: () => this.#server.reset(),
      'clock-skew': ({ seconds }) => this.#skewClocks(1000 * Number(seconds ?? 3600)),
      reboot: ({ seconds }) => this.#reboot(1000 * Number(seconds ?? 1)),
      clear: (args) => {
        if (args.unit !== undefined) {
          this.#setFault('none', unitIn(args));
          return;
        }
        clearTimeout(this.#rebooting);
        this.#server.isCut = false;
        this.#server.fault = 'none';
        for (const unit of this.#units) unit.fault = 'none';
        this.#skewClocks(0);
      },
    };
  }

  /** Of one unit, or of the whole line. */
  #setFault(fault: AnswerFault, unit: number | undefined): void {
    if (unit === undefined) this.#server.fault = fault;
    else this.#unit(unit).fault = fault;
  }

  #skewClocks(errorMs: number): void {
    for (const device of this.#devices) if (device instanceof DoorController) device.clockErrorMs = errorMs;
  }

  /** Power is gone for `durationMs`: connections break off, volatile memory is lost. */
  #reboot(durationMs: number): void {
    clearTimeout(this.#rebooting);
    this.#server.isCut = true;
    this.#server.reset();
    for (const device of this.#devices) device.restart();
    this.#rebooting = setTimeout(() => {
      this.#server.isCut = false;
    }, durationMs);
  }

  get #devices(): Device[] {
    return this.#units.map(({ device }) => device);
  }

  #unit(number: number | undefined): Unit {
    const found = number === undefined ? this.#units[0] : this.#units.find((unit) => unit.number === number);
    if (found === undefined) throw new Error(`simulator ${this.id} has no unit ${String(number)}`);
    return found;
  }

  #leaf(args: StimulusArguments, open: boolean): void {
    const { device } = this.#unit(unitIn(args));
    if (device instanceof IoModule) {
      at(device.doors, args, this.id).open = open;
      return;
    }
    const door = this.#logicDoor(args);
    if (open) door?.openLeaf();
    else door?.closeLeaf();
  }

  /** The door of a controller; undefined where the unit is an I/O module. */
  #logicDoor(args: StimulusArguments) {
    const { device } = this.#unit(unitIn(args));
    return device instanceof DoorController ? at(device.doors, args, this.id) : undefined;
  }
}

function deviceOf({ model, module, doors, badges }: UnitOptions, { strikeMs, heldAfterMs, graceMs, exitContactMs }: ControllerOptions) {
  const layout = moduleLayouts.get(module);
  if (model === 'io-module' && layout !== undefined) return new IoModule(layout, doors.length, exitContactMs);
  return new DoorController(
    doors.map((door) => ({ strikeMs, heldAfterMs, graceMs, exitContactMs, ...door })),
    badges,
  );
}

function at<Door>(doors: readonly Door[], { door }: StimulusArguments, id: string): Door {
  const found = doors[Number(door) - 1];
  if (found === undefined) throw new Error(`simulator ${id} has doors 1 to ${doors.length}, no door ${String(door)}`);
  return found;
}

function unitIn({ unit }: StimulusArguments): number | undefined {
  return unit === undefined ? undefined : Number(unit);
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
