import { ObjectType, PropertyIdentifier as Property } from '@bacnet-js/client';
import type { ServedPoint } from '../../src/adapter/contract.ts';
import type { Details, DeviceSignal } from '../../src/domain/event.ts';
import { accessEventTable } from './access-map.ts';
import { anyInstance } from './client.ts';
import type { DeviceClock } from './device.ts';
import type { ReaderAt } from './options.ts';
import { numberOf, referencedInstance, timeStampLocalMs } from './reading.ts';
import type { Reading } from './reading.ts';
import type { Observation, Watch } from './watch.ts';

const remembered = 256;
const properties = [Property.ACCESS_EVENT, Property.ACCESS_EVENT_TAG, Property.ACCESS_EVENT_TIME, Property.ACCESS_EVENT_CREDENTIAL];

/**
 * A reader: an Access Point shows its last event alone, numbered by Access_Event_Tag (ASHRAE 135-2020, clause 12.31).
 * An event is known by tag and time, so that one that is both notified and polled, or repeated, counts once.
 */
export function readerWatch(reader: ServedPoint, at: ReaderAt, clock: DeviceClock, put: (signal: DeviceSignal) => void): Watch {
  const seen = new Set<string>();
  let lastTag: number | undefined;
  let initial = true;

  function absorb({ reading, raw }: Observation): void {
    const event = numberOf(reading, Property.ACCESS_EVENT);
    const tag = numberOf(reading, Property.ACCESS_EVENT_TAG);
    const localMs = timeStampLocalMs(reading, Property.ACCESS_EVENT_TIME);
    const key = `${tag ?? '-'}@${localMs ?? '-'}`;
    if (event === undefined || seen.has(key)) return;
    remember(key);
    const missed = lastTag === undefined || tag === undefined ? 0 : tag - lastTag - 1;
    // A late repeat of an older event must not look like a gap before the next.
    if (lastTag === undefined || (tag !== undefined && tag > lastTag)) lastTag = tag;
    const row = accessEventTable[event];
    if (row !== undefined) {
      put({
        kind: row.kind,
        point: reader.id,
        phase: 'momentary',
        // The last event before connecting, which this gateway may have journalled already: intake knows it by its key.
        ...(initial && { initial: true }),
        ...clock.stamp(localMs),
        details: { ...detailsOf(reading), ...(row.reason !== undefined && { reason: row.reason }), ...(missed > 0 && { missedBefore: missed }) },
        raw,
        repeatKey: `${reader.id}:${key}`,
      });
    }
    initial = false;
  }

  function remember(key: string): void {
    seen.add(key);
    const [oldest] = seen;
    if (seen.size > remembered && oldest !== undefined) seen.delete(oldest);
  }

  return {
    object: { type: ObjectType.ACCESS_POINT, instance: at.accessPoint },
    properties,
    covProperties: properties,
    covTellsAll: true,
    absorb,
    restarted: () => {
      lastTag = undefined;
    },
  };
}

/** The Access Credential's instance; an unknown credential has none. */
function detailsOf(reading: Reading): Details {
  const credential = referencedInstance(reading, Property.ACCESS_EVENT_CREDENTIAL);
  return credential === undefined || credential === anyInstance ? {} : { credential: String(credential) };
}
