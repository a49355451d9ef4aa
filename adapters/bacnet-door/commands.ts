import { DoorValue, PropertyIdentifier as Property } from '@bacnet-js/client';
import type { BACNetObjectID } from '@bacnet-js/client';
import type { DoorCommand } from '../../src/domain/door.ts';
import { NoAnswer } from './answers.ts';
import type { DeviceClient } from './client.ts';
import { numberOf } from './reading.ts';
import type { Reading } from './reading.ts';

/** The lock command that stands in each priority, most important first; undefined is NULL. */
export type Priorities = readonly (number | undefined)[];

/** BACnetDoorValue. */
const lock: number = DoorValue.LOCK;
const unlock: number = DoorValue.UNLOCK;
const pulseUnlock: number = DoorValue.PULSE_UNLOCK;
const doorValueWords: Readonly<Record<number, string>> = { 0: 'lock', 1: 'unlock', 2: 'pulse unlock', 3: 'extended pulse unlock' };

/**
 * What to write for "lock": NULL where the door is then locked by what remains, else LOCK.
 * To relinquish gives the door back to its controller, so that badges go on to open it; a LOCK that stays would shut out
 * every reader of lower priority. But where a schedule or a default keeps the door unlocked, only LOCK obeys the dispatcher.
 * It is decided before writing, so that the door is not unlocked for a moment in between.
 */
export function valueToLock(priorities: Priorities, own: number, relinquishDefault: number | undefined, locked = lock): number | null {
  const others = priorities.filter((value, index) => value !== undefined && index !== own - 1);
  const remaining = others[0] ?? relinquishDefault;
  return remaining === locked ? null : locked;
}

/** Whether the door is as commanded; of a pulse that may be over already, whether nothing more important stood in its way. */
export function isObeyed(command: DoorCommand, presentValue: number | undefined, priorities: Priorities, own: number): boolean {
  const locked = presentValue === lock;
  if (command === 'lock') return locked;
  if (command === 'unlock') return presentValue === unlock;
  return !locked || priorities.slice(0, own - 1).every((value) => value === undefined);
}

/** Who holds the door against a command of priority `own`. */
export function holder(priorities: Priorities, own: number, words = doorValueWords): string {
  const index = priorities.findIndex((value) => value !== undefined);
  const value = priorities[index];
  if (value === undefined || index >= own) return 'the controller holds it as it was';
  return `a command of priority ${index + 1} holds it at "${words[value] ?? value}"`;
}

/**
 * Writes a lock command to the Present_Value of an Access Door (ASHRAE 135-2020, clause 12.26.4) and reads back whether it holds.
 * Lock_Status is not asked: it follows with the bolt, and on some stacks not at all.
 * @throws Error with a sentence for the dispatcher.
 */
export async function commandDoor(client: DeviceClient, door: BACNetObjectID, name: string, command: DoorCommand, priority: number): Promise<void> {
  await unlessSilent(client, name, command, async () => {
    await client.write(door, Property.PRESENT_VALUE, await valueFor(client, door, command, priority), priority);
    const { reading } = await client.read(door, [Property.PRESENT_VALUE, Property.PRIORITY_ARRAY]);
    const priorities = prioritiesOf(reading);
    if (isObeyed(command, numberOf(reading, Property.PRESENT_VALUE), priorities, priority)) return;
    // An unlock that waits behind a more important command would open the door later, when nobody expects it.
    if (command !== 'lock') await client.write(door, Property.PRESENT_VALUE, null, priority);
    throw new Error(`${name} does not obey "${command}": ${holder(priorities, priority)}`);
  });
}

/** Runs a command; where the controller falls silent, says that nobody knows what became of it. */
export async function unlessSilent(client: DeviceClient, name: string, command: DoorCommand, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new Error(`${name}: the controller at ${client.address} does not answer; whether "${command}" was carried out is not known`, {
      cause: error,
    });
  }
}

async function valueFor(client: DeviceClient, door: BACNetObjectID, command: DoorCommand, priority: number): Promise<number | null> {
  if (command === 'unlock') return unlock;
  if (command === 'access') return pulseUnlock;
  const { reading } = await client.read(door, [Property.PRIORITY_ARRAY, Property.RELINQUISH_DEFAULT]);
  return valueToLock(prioritiesOf(reading), priority, numberOf(reading, Property.RELINQUISH_DEFAULT));
}

/** The slots of a Priority_Array; none where the object has no such property. */
export function prioritiesOf(reading: Reading): Priorities {
  const slots = reading.get(Property.PRIORITY_ARRAY) ?? [];
  return slots.map(({ value }) => (typeof value === 'number' ? value : undefined));
}
