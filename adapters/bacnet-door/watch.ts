import { ObjectType, PropertyIdentifier } from '@bacnet-js/client';
import type { BACNetObjectID } from '@bacnet-js/client';
import type { BinaryAt } from './options.ts';
import type { Reading } from './reading.ts';

/** Where a reading came from: asked for, or told by the device of its own accord. */
export interface Observation {
  readonly reading: Reading;
  /** The frame, in hexadecimal. */
  readonly raw: string;
}

/** One object of the device that is kept in view, by COV where the device offers it and by polling. */
export interface Watch {
  readonly object: BACNetObjectID;
  readonly properties: readonly PropertyIdentifier[];
  /** What a COV notification of this type of object tells (ASHRAE 135-2020, table 13-1). Empty: COV is not asked for. */
  readonly covProperties: readonly PropertyIdentifier[];
  /** Whether COV tells all that is of interest, so that polling is only a safety net. */
  readonly covTellsAll: boolean;
  absorb(observation: Observation): void;
  /** The device has restarted: what it counts may start anew. */
  restarted?(): void;
}

/** Of Binary Input, Output and Value alike. */
export const binaryCov: readonly PropertyIdentifier[] = [PropertyIdentifier.PRESENT_VALUE, PropertyIdentifier.STATUS_FLAGS];

/** The object that the site file names. */
export function binaryObject({ binaryInput, binaryOutput, binaryValue }: BinaryAt): BACNetObjectID {
  if (binaryOutput !== undefined) return { type: ObjectType.BINARY_OUTPUT, instance: binaryOutput };
  if (binaryValue !== undefined) return { type: ObjectType.BINARY_VALUE, instance: binaryValue };
  return { type: ObjectType.BINARY_INPUT, instance: binaryInput ?? 0 };
}
