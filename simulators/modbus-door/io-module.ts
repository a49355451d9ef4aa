import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Device } from './application.ts';

const count = z.int().min(1).max(64);
const layout = z.strictObject({
  inputs: count,
  /** Whether the inputs can be read as coils as well, at the same addresses. */
  inputsAreCoils: z.boolean().default(false),
  /** One for the contact, and a second for the exit button. */
  inputsPerDoor: z.literal([1, 2]),
  /** When a door contact is made. */
  contactMadeWhile: z.enum(['open', 'shut']),
  relays: count,
  /** The relays are coils from here. */
  firstRelay: z.int().min(0),
});
export type ModuleLayout = z.infer<typeof layout>;

/** Where real modules have their inputs and relays; modules.yaml has the sources. */
export const moduleLayouts: ReadonlyMap<string, ModuleLayout> = new Map(
  Object.entries(z.record(z.string(), layout).parse(parse(readFileSync(join(import.meta.dirname, 'modules.yaml'), 'utf8')))),
);

/** For how many doors a module has inputs and relays. */
export function doorsOf({ inputs, inputsPerDoor, relays }: ModuleLayout): number {
  return Math.min(Math.floor(inputs / inputsPerDoor), relays);
}

/** What is wired to the module for one door: its inputs and one relay. */
export interface WiredDoor {
  /** Whether the leaf is open. */
  open: boolean;
  /** The exit button, or undefined while nobody presses it. */
  exitTimer: NodeJS.Timeout | undefined;
}

/** A plain module of inputs and relays, without any logic of its own. Door d has the inputs d and relay d; what is not wired reads 0. */
export class IoModule implements Device {
  readonly doors: readonly WiredDoor[];
  readonly relays: boolean[];
  readonly #layout: ModuleLayout;
  readonly #exitContactMs: number;

  constructor(moduleLayout: ModuleLayout, doorCount: number, exitContactMs: number) {
    this.#layout = moduleLayout;
    this.doors = Array.from({ length: doorCount }, () => ({ open: false, exitTimer: undefined }));
    this.relays = Array.from({ length: moduleLayout.relays }, () => false);
    this.#exitContactMs = exitContactMs;
  }

  /** The exit button is pressed; nothing but its contact follows. */
  requestExit(door: WiredDoor): void {
    clearTimeout(door.exitTimer);
    door.exitTimer = setTimeout(() => {
      door.exitTimer = undefined;
    }, this.#exitContactMs);
  }

  /** Power is gone and comes back: the relays drop. */
  restart(): void {
    this.relays.fill(false);
  }

  /** Releases the timers. */
  stop(): void {
    for (const door of this.doors) clearTimeout(door.exitTimer);
  }

  discreteInput(address: number): boolean | undefined {
    const { inputs, inputsPerDoor, contactMadeWhile } = this.#layout;
    if (address >= inputs) return undefined;
    const door = this.doors[Math.floor(address / inputsPerDoor)];
    if (door === undefined) return false;
    return address % inputsPerDoor === 0 ? door.open === (contactMadeWhile === 'open') : door.exitTimer !== undefined;
  }

  coil(address: number): boolean | undefined {
    const { inputs, inputsAreCoils, firstRelay } = this.#layout;
    return inputsAreCoils && address < inputs ? this.discreteInput(address) : this.relays[address - firstRelay];
  }

  inputRegister(): undefined {
    return undefined;
  }

  holdingRegister(): undefined {
    return undefined;
  }

  /** Inputs cannot be written. */
  accepts(_table: 'coil' | 'holdingRegister', address: number): boolean {
    return this.relays[address - this.#layout.firstRelay] !== undefined;
  }

  write(_table: 'coil' | 'holdingRegister', address: number, value: number): void {
    this.relays[address - this.#layout.firstRelay] = value === 1;
  }
}
