import { doorAlarmStates, doorStatuses, doorValues, lockStatuses, securedStatuses } from './numbers.ts';

export interface DoorTimes {
  /** How long a pulse-unlock lasts (Door_Pulse_Time). */
  readonly pulseMs: number;
  /** How long the door may stand open (Door_Open_Too_Long_Time). */
  readonly heldAfterMs: number;
}

const lowestPriority = 16;

/**
 * One door with its lock, contact and tamper switch, as the Access Door object (ASHRAE 135-2020, clause 12.26) shows it.
 * `changed` is called after each change of anything that can be read.
 */
export class Door {
  readonly times: DoorTimes;
  /** A local value in each of the sixteen priorities (clause 19.2); undefined is NULL. */
  readonly priorities: (number | undefined)[] = new Array<undefined>(lowestPriority).fill(undefined);
  readonly #changed: () => void;
  readonly #pulses = new Map<number, NodeJS.Timeout>();
  #open = false;
  #forced = false;
  #heldTooLong = false;
  #tampered = false;
  #exitRequested = false;
  #heldTimer: NodeJS.Timeout | undefined;
  #exitTimer: NodeJS.Timeout | undefined;

  constructor(times: DoorTimes, changed: () => void) {
    this.times = times;
    this.#changed = changed;
  }

  get presentValue(): number {
    return this.priorities.find((value) => value !== undefined) ?? doorValues.lock;
  }
  get locked(): boolean {
    return this.presentValue === doorValues.lock;
  }
  get open(): boolean {
    return this.#open;
  }
  get tampered(): boolean {
    return this.#tampered;
  }
  get exitRequested(): boolean {
    return this.#exitRequested;
  }
  get doorStatus(): number {
    return this.#open ? doorStatuses.opened : doorStatuses.closed;
  }
  get lockStatus(): number {
    return this.locked ? lockStatuses.locked : lockStatuses.unlocked;
  }
  get alarmState(): number {
    if (this.#forced) return doorAlarmStates.forcedOpen;
    if (this.#tampered) return doorAlarmStates.tamper;
    return this.#heldTooLong ? doorAlarmStates.doorOpenTooLong : doorAlarmStates.normal;
  }
  get securedStatus(): number {
    const secured = this.locked && !this.#open && this.alarmState === doorAlarmStates.normal;
    return secured ? securedStatuses.secured : securedStatuses.unsecured;
  }

  /** Whether a command at `priority` would move the lock, or a more important one stands in its way. */
  obeys(priority: number): boolean {
    return this.priorities.slice(0, priority - 1).every((value) => value === undefined);
  }

  /** Commands the lock; undefined relinquishes. A pulse relinquishes itself after its time (clause 12.26.4). */
  command(value: number | undefined, priority: number): void {
    clearTimeout(this.#pulses.get(priority));
    this.#pulses.delete(priority);
    this.priorities[priority - 1] = value;
    if (value === doorValues.pulseUnlock || value === doorValues.extendedPulseUnlock) {
      const lasts = value === doorValues.pulseUnlock ? this.times.pulseMs : this.times.pulseMs * 2;
      this.#pulses.set(
        priority,
        setTimeout(() => this.command(undefined, priority), lasts),
      );
    }
    this.#changed();
  }

  /** Somebody opens the door as it is meant to be opened. @throws Error when it is locked. */
  openLeaf(): void {
    if (this.#open) return;
    if (this.locked) throw new Error('the door is locked: badge, request exit or unlock first, or use "force"');
    this.#swing();
  }

  /** Somebody opens the door although it is locked. */
  force(): void {
    if (this.#open) return;
    this.#forced = this.locked;
    this.#swing();
  }

  close(): void {
    clearTimeout(this.#heldTimer);
    this.#open = false;
    this.#forced = false;
    this.#heldTooLong = false;
    this.#changed();
  }

  tamper(active: boolean): void {
    this.#tampered = active;
    this.#changed();
  }

  /** Somebody presses the exit button: the lock opens for a pulse, if nothing more important holds it. */
  requestExit(priority: number): void {
    clearTimeout(this.#exitTimer);
    this.#exitRequested = true;
    this.#exitTimer = setTimeout(() => {
      this.#exitRequested = false;
      this.#changed();
    }, this.times.pulseMs);
    this.command(doorValues.pulseUnlock, priority);
  }

  /** A restart of the controller: commands are forgotten, the leaf stays where it is. */
  forgetCommands(): void {
    this.stop();
    this.priorities.fill(undefined);
    this.#changed();
  }

  stop(): void {
    for (const timer of [this.#heldTimer, this.#exitTimer, ...this.#pulses.values()]) clearTimeout(timer);
    this.#pulses.clear();
    this.#exitRequested = false;
  }

  #swing(): void {
    this.#open = true;
    clearTimeout(this.#heldTimer);
    this.#heldTimer = setTimeout(() => this.#standsOpen(), this.times.heldAfterMs);
    this.#changed();
  }

  #standsOpen(): void {
    // A door that is meant to stand open (UNLOCK) is not held.
    if (!this.#open || this.presentValue === doorValues.unlock) return;
    this.#heldTooLong = true;
    this.#changed();
  }
}
