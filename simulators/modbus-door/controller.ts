import type { Device } from './application.ts';
import { Door } from './door.ts';
import type { DoorBuild, DoorMode } from './door.ts';
import { ENTRY_WORDS, LOG_ENTRIES, outcomes, ReaderLog } from './reader.ts';

/** Who may pass: the credential's number and the doors that it opens. */
export interface Badge {
  readonly credential: number;
  readonly doors: readonly number[];
}

// The register map; README.md is its manual. Doors count from 1.
const BITS_PER_DOOR = 8;
const HOLDING_PER_DOOR = 16;
const INPUT_PER_DOOR = 256;
const COUNTERS = 16;
const LOG_OFFSET = 8;
const MODEL = 0xd0c2;
const FIRMWARE = 0x0104;

const modeNumbers: Readonly<Record<DoorMode, number>> = { locked: 1, unlocked: 2, pulse: 3 };

/** A door controller: doors with a reader each, behind a map of Modbus addresses. */
export class DoorController implements Device {
  readonly doors: readonly Door[];
  readonly readers: readonly ReaderLog[];
  /** The controller's clock minus the true time. */
  clockErrorMs = 0;
  readonly #badges: readonly Badge[];

  constructor(builds: readonly DoorBuild[], badges: readonly Badge[]) {
    this.doors = builds.map((build) => new Door(build));
    this.readers = builds.map(() => new ReaderLog());
    this.#badges = badges;
  }

  /** A badge is held before the reader of a door. `valid` overrides the badge table. */
  badge(doorNumber: number, credential: number, valid: boolean | undefined): void {
    const door = this.doors[doorNumber - 1];
    const known = this.#badges.find((badge) => badge.credential === credential);
    const granted = valid ?? known?.doors.includes(doorNumber) ?? false;
    const outcome = granted ? outcomes.granted : known === undefined ? outcomes.unknown : outcomes.notForThisDoor;
    this.readers[doorNumber - 1]?.add(credential, outcome, this.#now());
    if (granted) door?.access();
  }

  /** Power is gone and comes back. */
  restart(): void {
    for (const door of this.doors) door.restart();
    for (const reader of this.readers) reader.restart();
  }

  /** Releases the timers. */
  stop(): void {
    for (const door of this.doors) door.stop();
  }

  discreteInput(address: number): boolean | undefined {
    const door = this.doors[Math.floor(address / BITS_PER_DOOR)];
    return door === undefined ? undefined : inputs(door)[address % BITS_PER_DOOR];
  }

  coil(address: number): boolean | undefined {
    const door = this.doors[Math.floor(address / BITS_PER_DOOR)];
    return door === undefined ? undefined : [door.mode === 'unlocked', door.mode === 'pulse'][address % BITS_PER_DOOR];
  }

  inputRegister(address: number): number | undefined {
    if (address < COUNTERS) return this.#deviceWord(address);
    if (address < INPUT_PER_DOOR) return this.readers[address - COUNTERS]?.counter;
    const index = Math.floor(address / INPUT_PER_DOOR) - 1;
    const offset = address % INPUT_PER_DOOR;
    const door = this.doors[index];
    const reader = this.readers[index];
    if (door === undefined || reader === undefined) return undefined;
    if (offset === 0) return reader.counter;
    if (offset === 1) return inputs(door).reduce<number>((word, active, bit) => (active === true ? word | (1 << bit) : word), 0);
    return offset >= LOG_OFFSET && offset < LOG_OFFSET + LOG_ENTRIES * ENTRY_WORDS ? reader.word(offset - LOG_OFFSET) : undefined;
  }

  holdingRegister(address: number): number | undefined {
    const index = Math.floor(address / HOLDING_PER_DOOR);
    const door = this.doors[index];
    const reader = this.readers[index];
    if (door === undefined || reader === undefined) return undefined;
    return [modeNumbers[door.mode], door.strikeMs, reader.acknowledged][address % HOLDING_PER_DOOR];
  }

  accepts(table: 'coil' | 'holdingRegister', address: number, value: number): boolean {
    if (table === 'coil') return true;
    const register = address % HOLDING_PER_DOOR;
    if (register === 0) return value >= 1 && value <= 3;
    return register !== 1 || value >= 1;
  }

  write(table: 'coil' | 'holdingRegister', address: number, value: number): void {
    const index = Math.floor(address / (table === 'coil' ? BITS_PER_DOOR : HOLDING_PER_DOOR));
    const door = this.doors[index];
    const reader = this.readers[index];
    if (door === undefined || reader === undefined) return;
    if (table === 'coil') writeCoil(door, address % BITS_PER_DOOR, value === 1);
    else writeRegister(door, reader, address % HOLDING_PER_DOOR, value);
  }

  #deviceWord(address: number): number | undefined {
    const now = this.#now();
    const seconds = Math.floor(now / 1000);
    return [MODEL, FIRMWARE, this.doors.length, seconds >>> 16, seconds & 0xffff, now % 1000][address];
  }

  #now(): number {
    return Date.now() + this.clockErrorMs;
  }
}

/** The inputs of one door in the order of their addresses. A controller without forced logic has nothing at the fourth. */
function inputs(door: Door): readonly (boolean | undefined)[] {
  const forced = door.build.forcedLogic ? door.forced : undefined;
  return [door.open, door.released, door.exitRequested, forced, door.held, door.tampered, door.faulty, false];
}

function writeCoil(door: Door, offset: number, on: boolean): void {
  if (offset === 0) {
    if (on) door.unlock();
    else door.lock();
  } else if (on) door.access();
}

function writeRegister(door: Door, reader: ReaderLog, offset: number, value: number): void {
  if (offset === 1) door.strikeMs = value;
  else if (offset === 2) reader.acknowledged = value;
  else if (value === 1) door.lock();
  else if (value === 2) door.unlock();
  else door.access();
}
