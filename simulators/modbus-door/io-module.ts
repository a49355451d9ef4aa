import type { Device } from './application.ts';

/** What is wired to the module for one door: two inputs and one relay. */
export interface WiredDoor {
  /** The door contact; made while the leaf is open. */
  open: boolean;
  /** The exit button, or undefined while nobody presses it. */
  exitTimer: NodeJS.Timeout | undefined;
}

const INPUTS = 8;
const OUTPUTS = 8;
const FIRST_OUTPUT = 16;
const INPUTS_PER_DOOR = 2;

/**
 * A plain module of eight inputs and eight relays, without any logic of its own. Its inputs are coils 0 to 7 and also discrete inputs 0 to
 * 7, its relays coils 16 to 23: the layout of the Advantech ADAM-6000 series. Door d has inputs 2 (d - 1) (contact) and 2 (d - 1) + 1
 * (exit button) and relay d - 1 (strike).
 */
export class IoModule implements Device {
  readonly doors: readonly WiredDoor[];
  readonly relays: boolean[] = Array.from({ length: OUTPUTS }, () => false);
  readonly #exitContactMs: number;

  constructor(doorCount: number, exitContactMs: number) {
    this.doors = Array.from({ length: doorCount }, () => ({ open: false, exitTimer: undefined }));
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
    if (address >= INPUTS) return undefined;
    const door = this.doors[Math.floor(address / INPUTS_PER_DOOR)];
    if (door === undefined) return false;
    return address % INPUTS_PER_DOOR === 0 ? door.open : door.exitTimer !== undefined;
  }

  coil(address: number): boolean | undefined {
    return address < INPUTS ? this.discreteInput(address) : this.relays[address - FIRST_OUTPUT];
  }

  inputRegister(): undefined {
    return undefined;
  }

  holdingRegister(): undefined {
    return undefined;
  }

  /** Inputs cannot be written. */
  accepts(_table: 'coil' | 'holdingRegister', address: number): boolean {
    return address >= FIRST_OUTPUT;
  }

  write(_table: 'coil' | 'holdingRegister', address: number, value: number): void {
    this.relays[address - FIRST_OUTPUT] = value === 1;
  }
}
