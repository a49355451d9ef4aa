import { PropertyIdentifier as Property } from '@bacnet-js/client';
import type { BACNetObjectID } from '@bacnet-js/client';
import { pause } from '../../src/domain/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { DoorCommand } from '../../src/domain/door.ts';
import type { DeviceClient, Write } from './client.ts';
import { holder, prioritiesOf, unlessSilent, valueToLock } from './commands.ts';
import { numberOf } from './reading.ts';

/** BACnetBinaryPV. */
const binaryWords: Readonly<Record<number, string>> = { 0: 'inactive', 1: 'active' };
/** A door that was to be locked again and could not be reached is tried again so soon. */
const relinquishAgainMs = 1000;

export interface OutputLockSettings {
  readonly client: DeviceClient;
  readonly clock: Clock;
  /** What a dispatcher calls the door. */
  readonly name: string;
  readonly outputs: readonly BACNetObjectID[];
  /** Present_Value while the door is unlocked: 1 active, 0 inactive. */
  readonly unlockedValue: number;
  readonly accessMs: number;
  readonly priority: number;
}

/** The lock of a door without an Access Door object: Binary Outputs or Values, commanded at a priority and given back (clause 19.2). */
export class OutputLock {
  readonly #settings: OutputLockSettings;
  /** Aborts the wait after which one access is over. */
  #access: AbortController | undefined;
  /** What ends that access. */
  #relock: readonly Write[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(settings: OutputLockSettings) {
    this.#settings = settings;
  }

  /** Writes and reads back, one command after the other. @throws Error with a sentence for the dispatcher. */
  command(command: DoorCommand): Promise<void> {
    const { client, name } = this.#settings;
    this.#access?.abort();
    this.#access = undefined;
    const done = this.#turn.then(() => unlessSilent(client, name, command, () => this.#carryOut(command)));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Ends an access that still lasts: nobody would end it when the link is gone. Answers are not waited for. */
  release(): void {
    if (this.#access === undefined) return;
    this.#access.abort();
    this.#access = undefined;
    this.#settings.client.writeUnheard(this.#relock, this.#settings.priority);
  }

  async #carryOut(command: DoorCommand): Promise<void> {
    const { unlockedValue } = this.#settings;
    if (command === 'lock') {
      await this.#lock();
      return this.#check(command, 1 - unlockedValue);
    }
    if (command === 'access') this.#relock = await this.#lockingWrites();
    const { client, outputs, priority } = this.#settings;
    await client.writeAll(
      outputs.map((object) => ({ object, value: unlockedValue })),
      priority,
    );
    // From here on the door may be open: whatever happens next, the access has an end.
    if (command === 'access') void this.#endAccess((this.#access = new AbortController()));
    await this.#check(command, unlockedValue);
  }

  async #endAccess({ signal }: AbortController): Promise<void> {
    const { clock, accessMs } = this.#settings;
    try {
      for (let waitMs = accessMs; ; waitMs = relinquishAgainMs) {
        await pause(clock, waitMs, signal);
        const over = await this.#lock().then(
          () => true,
          () => false,
        );
        if (over) break;
      }
      if (!signal.aborted) this.#access = undefined;
    } catch {
      // Another command has taken over, or the link is gone.
    }
  }

  async #lock(): Promise<void> {
    await this.#settings.client.writeAll(await this.#lockingWrites(), this.#settings.priority);
  }

  /** Gives each output back, or holds it locked where something else would unlock it. */
  async #lockingWrites(): Promise<Write[]> {
    const { client, outputs, priority, unlockedValue } = this.#settings;
    const locked = 1 - unlockedValue;
    const writes: Write[] = [];
    for (const object of outputs) {
      const { reading } = await client.read(object, [Property.PRIORITY_ARRAY, Property.RELINQUISH_DEFAULT]);
      // A Binary Value without a Priority_Array has no slot to give back.
      const commandable = reading.has(Property.PRIORITY_ARRAY);
      const relinquished = numberOf(reading, Property.RELINQUISH_DEFAULT);
      writes.push({ object, value: commandable ? valueToLock(prioritiesOf(reading), priority, relinquished, locked) : locked });
    }
    return writes;
  }

  async #check(command: DoorCommand, wanted: number): Promise<void> {
    const { client, outputs, name, priority } = this.#settings;
    for (const output of outputs) {
      const { reading } = await client.read(output, [Property.PRESENT_VALUE, Property.PRIORITY_ARRAY]);
      if (numberOf(reading, Property.PRESENT_VALUE) === wanted) continue;
      // An unlock that waits behind a more important command would open the door later, when nobody expects it.
      if (command !== 'lock') {
        this.#access?.abort();
        this.#access = undefined;
        await this.#lock();
      }
      throw new Error(`${name} does not obey "${command}": ${holder(prioritiesOf(reading), priority, binaryWords)}`);
    }
  }
}
