import { ApplicationTag } from '@bacnet-js/client';
import type { BACNetObjectID } from '@bacnet-js/client';

/** One value as the library decodes it. */
export interface AppData {
  readonly type: number;
  readonly value: unknown;
}

/** The properties of one object, by property identifier; what the object does not have is absent. */
export type Reading = ReadonlyMap<number, readonly AppData[]>;

export const objectKey = ({ type, instance }: BACNetObjectID) => `${type}:${instance}`;

/** An enumerated or unsigned value; undefined where it is absent or of another type. */
export function numberOf(reading: Reading, property: number): number | undefined {
  const [first] = reading.get(property) ?? [];
  const isNumber =
    first?.type === ApplicationTag.ENUMERATED || first?.type === ApplicationTag.UNSIGNED_INTEGER || first?.type === ApplicationTag.SIGNED_INTEGER;
  return isNumber && typeof first.value === 'number' ? first.value : undefined;
}

export function textOf(reading: Reading, property: number): string | undefined {
  const value = reading.get(property)?.[0]?.value;
  return typeof value === 'string' ? value : undefined;
}

export function booleanOf(reading: Reading, property: number): boolean | undefined {
  const value = reading.get(property)?.[0]?.value;
  return typeof value === 'boolean' ? value : undefined;
}

/** The bits of a bit string as a number, the first bit lowest, as the library has them. */
export function bitsOf(reading: Reading, property: number): number | undefined {
  const value = reading.get(property)?.[0]?.value;
  if (typeof value !== 'object' || value === null || !('value' in value) || !Array.isArray(value.value)) return undefined;
  const first: unknown = value.value[0];
  return typeof first === 'number' ? first : undefined;
}

/** An object identifier with an application tag. */
export function objectOf(reading: Reading, property: number): BACNetObjectID | undefined {
  const value = reading.get(property)?.[0]?.value;
  return isObjectId(value) ? value : undefined;
}

/** All object identifiers of a list. */
export function objectsOf(values: readonly AppData[]): BACNetObjectID[] {
  return values.map(({ value }) => value).filter(isObjectId);
}

function isObjectId(value: unknown): value is BACNetObjectID {
  return typeof value === 'object' && value !== null && 'type' in value && 'instance' in value && typeof value.instance === 'number';
}

/**
 * The object of a BACnetDeviceObjectReference (ASHRAE 135-2020, clause 21): context tag 1, after the optional device in tag 0.
 * The library hands such parts over as raw octets, without their tags.
 */
export function referencedInstance(reading: Reading, property: number): number | undefined {
  const part = octetsIn(reading.get(property)?.at(-1)?.value);
  return part?.length === 4 ? part.readUInt32BE(0) % 0x40_0000 : undefined;
}

function octetsIn(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  return typeof value === 'object' && value !== null && 'value' in value ? octetsIn(value.value) : undefined;
}

/** Date and time of a device, in its own local time, counted as if that were UTC. */
export function localMs(date: unknown, time: unknown): number | undefined {
  const clock = timeOfDay(time);
  // The library gives unspecified dates as 1900 (clause 20.2.12).
  if (!(date instanceof Date) || date.getFullYear() <= 1900 || clock === undefined) return undefined;
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) + clock;
}

function timeOfDay(time: unknown): number | undefined {
  if (time instanceof Date) {
    return ((time.getHours() * 60 + time.getMinutes()) * 60 + time.getSeconds()) * 1000 + time.getMilliseconds();
  }
  if (!Buffer.isBuffer(time) || time.length !== 4) return undefined;
  const [hour = 255, minute = 255, second = 255, hundredths = 255] = time;
  if (hour > 23 || minute > 59 || second > 59 || hundredths > 99) return undefined;
  return ((hour * 60 + minute) * 60 + second) * 1000 + hundredths * 10;
}

/** A BACnetTimeStamp of the choice dateTime (clause 21), in the device's local time; undefined for the other choices. */
export function timeStampLocalMs(reading: Reading, property: number): number | undefined {
  const value = reading.get(property)?.[0]?.value;
  if (!Array.isArray(value)) return undefined;
  const [date, time] = value as readonly { value?: unknown }[];
  return localMs(date?.value, time?.value);
}
