import { ObjectType, PropertyIdentifier as Property } from '@bacnet-js/client';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { ConfigurationError } from '../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';
import { objectError, Refused } from './answers.ts';
import { anyInstance } from './client.ts';
import type { DeviceClient } from './client.ts';
import { booleanOf, localMs, numberOf, objectOf, textOf } from './reading.ts';
import type { Reading } from './reading.ts';

/**
 * Makes sure that the peer is the device of the site file.
 * @throws ConfigurationError when it says that it is another one.
 */
export async function verifyInstance(client: DeviceClient, instance: number): Promise<void> {
  const told = (await askInstance(client, anyInstance)) ?? (await askInstance(client, instance));
  if (told === instance) return;
  const answer = told === undefined ? 'knows no such Device object' : `says that it is device ${told}`;
  throw new ConfigurationError(
    `the site file calls ${client.address} BACnet device ${instance}, but the peer ${answer}: correct host, port or deviceInstance`,
  );
}

/** Undefined where the peer does not know the instance: not every device takes the wildcard of clause 15.5.2. */
async function askInstance(client: DeviceClient, instance: number): Promise<number | undefined> {
  const device = { type: ObjectType.DEVICE, instance };
  try {
    const values = await client.readProperty(device, Property.OBJECT_IDENTIFIER, 2);
    return objectOf(new Map([[Property.OBJECT_IDENTIFIER, values]]), Property.OBJECT_IDENTIFIER)?.instance;
  } catch (error) {
    if (error instanceof Refused && error.error?.class === objectError) return undefined;
    throw error;
  }
}

/** The device's clock against ours. */
export interface DeviceClock {
  /** What a signal says of a time in the device's local time. */
  stamp(localMs: number | undefined): Pick<DeviceSignal, 'occurredAt' | 'clockOffsetMs'>;
}

export interface Identity {
  /** Vendor, model and firmware, for a person. */
  readonly description: string;
  readonly clock: DeviceClock;
  /** Changes with each restart of the device; empty where the device does not tell. */
  readonly restart: string;
}

const properties = [
  Property.VENDOR_NAME,
  Property.MODEL_NAME,
  Property.FIRMWARE_REVISION,
  Property.LOCAL_DATE,
  Property.LOCAL_TIME,
  Property.UTC_OFFSET,
  Property.DAYLIGHT_SAVINGS_STATUS,
  Property.TIME_OF_DEVICE_RESTART,
];

/** Reads what the Device object says of itself (clause 12.11). */
export async function identify(client: DeviceClient, instance: number, host: AdapterHost): Promise<Identity> {
  const { reading } = await client.read({ type: ObjectType.DEVICE, instance }, properties);
  const known = [textOf(reading, Property.VENDOR_NAME), textOf(reading, Property.MODEL_NAME)].filter((part) => part !== undefined);
  const firmware = textOf(reading, Property.FIRMWARE_REVISION);
  return {
    description: [known.join(' ') || `BACnet device ${instance}`, ...(firmware === undefined ? [] : [`firmware ${firmware}`])].join(', '),
    clock: clockOf(reading, host.clock.now()),
    restart: restartOf(reading),
  };
}

/** Time_Of_Device_Restart, for comparison only. */
export const restartProperties = [Property.TIME_OF_DEVICE_RESTART];
export function restartOf(reading: Reading): string {
  return JSON.stringify(reading.get(Property.TIME_OF_DEVICE_RESTART) ?? '');
}

/**
 * UTC = local time + UTC_Offset (minutes, positive to the west), less an hour while daylight saving is in effect (clause 12.11).
 * A device that does not tell its offset gives no usable time.
 */
function clockOf(reading: Reading, nowMs: number): DeviceClock {
  const offsetMinutes = numberOf(reading, Property.UTC_OFFSET);
  const localNow = localMs(reading.get(Property.LOCAL_DATE)?.[0]?.value, reading.get(Property.LOCAL_TIME)?.[0]?.value);
  if (offsetMinutes === undefined || localNow === undefined) return { stamp: () => ({}) };
  const toUtcMs = (offsetMinutes - (booleanOf(reading, Property.DAYLIGHT_SAVINGS_STATUS) === true ? 60 : 0)) * 60_000;
  const clockOffsetMs = Math.round(localNow + toUtcMs - nowMs);
  return { stamp: (local) => (local === undefined ? {} : { occurredAt: local + toUtcMs, clockOffsetMs }) };
}
