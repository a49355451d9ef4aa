import type { Door } from './door.ts';
import type { Reader } from './reader.ts';
import type { Element, ObjectId, Value } from './codec/elements.ts';
import type { PropertyReference, WriteRequest } from './codec/services.ts';
import { doorValues, errors, eventStates, lockStatuses, objectTypes, properties, wildcardInstance } from './numbers.ts';
import type { Quirks } from './quirks.ts';

/** A request that the standard answers with an Error PDU. */
export class BacnetError extends Error {
  override readonly name = 'BacnetError';
  readonly error: readonly [number, number];
  constructor(error: readonly [number, number]) {
    super(`class ${error[0]}, code ${error[1]}`);
    this.error = error;
  }
}

type Property = () => readonly Element[];
type Properties = ReadonlyMap<number, Property>;

export interface Installation {
  readonly instance: number;
  readonly name: string;
  readonly doors: ReadonlyMap<number, Door>;
  readonly readers: ReadonlyMap<number, Reader>;
  /** The controller's own clock. */
  readonly now: () => Date;
  readonly restartedAt: () => Date;
}

/** Instances of a door's binary objects: 10 times the door plus one of these. */
const inputs = { contact: 1, requestToExit: 2, tamper: 3 } as const;
/** A Binary Output that is ACTIVE while the door is unlocked; a Binary Value that repeats the contact. */
const relay = 4;
const contactValue = 5;

export const vendor = { id: 999, name: 'Sallyport simulators' };

/** The objects of the controller and their properties. */
export class ObjectDatabase {
  readonly #installation: Installation;
  readonly #quirks: Quirks;
  readonly #objects = new Map<string, { id: ObjectId; properties: Properties }>();

  constructor(installation: Installation, quirks: Quirks) {
    this.#installation = installation;
    this.#quirks = quirks;
    this.#add({ type: objectTypes.device, instance: installation.instance }, installation.name, this.#device());
    for (const [number, door] of installation.doors) {
      this.#add({ type: objectTypes.accessDoor, instance: number }, `Door ${number}`, accessDoor(door, quirks));
      for (const [input, active] of Object.entries({
        contact: () => door.open,
        requestToExit: () => door.exitRequested,
        tamper: () => door.tampered,
      })) {
        const instance = number * 10 + inputs[input as keyof typeof inputs];
        this.#add({ type: objectTypes.binaryInput, instance }, `Door ${number} ${input}`, binaryInput(active));
      }
    }
    for (const [number, door] of installation.doors) {
      this.#add({ type: objectTypes.binaryOutput, instance: number * 10 + relay }, `Door ${number} relay`, binaryOutput(door));
      this.#add(
        { type: objectTypes.binaryValue, instance: number * 10 + contactValue },
        `Door ${number} open`,
        binaryInput(() => door.open),
      );
    }
    for (const [number, reader] of installation.readers) {
      this.#add({ type: objectTypes.accessPoint, instance: number }, `Reader ${number}`, accessPoint(reader, number));
    }
  }

  #add(id: ObjectId, name: string, own: [number, Property][]): void {
    const common: [number, Property][] = [
      [properties.objectIdentifier, () => [{ type: 'object', value: id }]],
      [properties.objectName, () => [text(name)]],
      [properties.objectType, () => [enumerated(id.type)]],
    ];
    this.#objects.set(key(id), { id, properties: new Map([...common, ...own]) });
  }

  has(object: ObjectId): boolean {
    return this.#objects.has(key(object));
  }

  /** Every property of an object (clause 15.7.3.1.2, "ALL"). */
  propertiesOf(object: ObjectId): number[] {
    return [...this.#find(object).properties.keys()];
  }

  /** The object's own identifier: a read of Device 4194303 means this device (clause 15.5.2). */
  resolve(object: ObjectId): ObjectId {
    const wildcard = this.#quirks.wildcardInstance === 'known' && object.type === objectTypes.device && object.instance === wildcardInstance;
    return wildcard ? { type: objectTypes.device, instance: this.#installation.instance } : object;
  }

  read(object: ObjectId, { property, index }: PropertyReference): readonly Element[] {
    const values = this.#find(object).properties.get(property)?.();
    if (values === undefined) throw new BacnetError(errors.unknownProperty);
    if (index === undefined) return values;
    if (property !== properties.priorityArray && property !== properties.objectList) throw new BacnetError(errors.notAnArray);
    if (index === 0) return [unsigned(values.length)];
    const value = values[index - 1];
    if (value === undefined) throw new BacnetError(errors.invalidArrayIndex);
    return [value];
  }

  /** Present_Value of an Access Door and of its relay is all that can be written (clauses 12.26.4 and 12.7; priorities, clause 19.2). */
  write({ object, property, values, priority = 16 }: WriteRequest): void {
    const target = this.#find(object);
    if (!target.properties.has(property)) throw new BacnetError(errors.unknownProperty);
    const door = this.#commanded(object);
    if (door === undefined || property !== properties.presentValue) throw new BacnetError(errors.writeAccessDenied);
    // Priority 6 is kept for minimum on and off times (clause 19.2.3).
    if (priority < 1 || priority > 16 || priority === 6) throw new BacnetError(errors.valueOutOfRange);
    const largest = object.type === objectTypes.accessDoor ? doorValues.extendedPulseUnlock : doorValues.unlock;
    const [value, ...more] = values;
    if (more.length === 0 && value?.type === 'null') {
      door.command(undefined, priority);
    } else if (more.length > 0 || value?.type !== 'enumerated') {
      throw new BacnetError(errors.invalidDataType);
    } else if (value.value > largest) {
      throw new BacnetError(errors.valueOutOfRange);
    } else {
      // INACTIVE (0) locks and ACTIVE (1) unlocks, as LOCK and UNLOCK do.
      door.command(value.value, priority);
    }
  }

  #commanded({ type, instance }: ObjectId): Door | undefined {
    if (type === objectTypes.accessDoor) return this.#installation.doors.get(instance);
    return type === objectTypes.binaryOutput && instance % 10 === relay ? this.#installation.doors.get((instance - relay) / 10) : undefined;
  }

  #find(object: ObjectId) {
    const found = this.#objects.get(key(this.resolve(object)));
    if (found === undefined) throw new BacnetError(errors.unknownObject);
    return found;
  }

  #device(): [number, Property][] {
    const { now, restartedAt } = this.#installation;
    return [
      [properties.systemStatus, () => [enumerated(0)]],
      [properties.vendorName, () => [text(vendor.name)]],
      [properties.vendorIdentifier, () => [unsigned(vendor.id)]],
      [properties.modelName, () => [text('BACnet/IP door controller')]],
      [properties.firmwareRevision, () => [text('1.0')]],
      [properties.applicationSoftwareVersion, () => [text('1.0')]],
      [properties.protocolVersion, () => [unsigned(1)]],
      [properties.protocolRevision, () => [unsigned(22)]],
      [properties.maxApduLengthAccepted, () => [unsigned(1476)]],
      [properties.segmentationSupported, () => [enumerated(3)]],
      [properties.apduTimeout, () => [unsigned(apduTimeoutMs)]],
      [properties.numberOfApduRetries, () => [unsigned(apduRetries)]],
      [properties.databaseRevision, () => [unsigned(1)]],
      [properties.localDate, () => [date(now())]],
      [properties.localTime, () => [time(now())]],
      // The controller's local time is UTC.
      ...when(this.#quirks.utcOffset === 'told', properties.utcOffset, () => [{ type: 'signed', value: 0 }]),
      [properties.daylightSavingsStatus, () => [{ type: 'boolean', value: false }]],
      ...when(this.#quirks.restartTime === 'told', properties.timeOfDeviceRestart, () => [timeStamp(restartedAt())]),
      [properties.objectList, () => [...this.#objects.values()].map(({ id }) => ({ type: 'object', value: id }))],
    ];
  }
}

const when = (told: boolean, id: number, property: Property): [number, Property][] => (told ? [[id, property]] : []);

/** APDU_Timeout and Number_Of_APDU_Retries of the device object. */
export const apduTimeoutMs = 1000;
export const apduRetries = 3;

/** What a COV notification of each type of object carries (clause 13.1, table 13-1). */
export const covProperties: Readonly<Record<number, readonly number[]>> = {
  [objectTypes.accessDoor]: [properties.presentValue, properties.statusFlags, properties.doorAlarmState],
  [objectTypes.accessPoint]: [
    properties.accessEvent,
    properties.statusFlags,
    properties.accessEventTag,
    properties.accessEventTime,
    properties.accessEventCredential,
  ],
  [objectTypes.binaryInput]: [properties.presentValue, properties.statusFlags],
  [objectTypes.binaryOutput]: [properties.presentValue, properties.statusFlags],
  [objectTypes.binaryValue]: [properties.presentValue, properties.statusFlags],
};

function accessDoor(door: Door, { lockStatus }: Quirks): [number, Property][] {
  return [
    [properties.presentValue, () => [enumerated(door.presentValue)]],
    [properties.statusFlags, () => [flags(door.alarmState !== 0)]],
    [properties.eventState, () => [enumerated(door.alarmState === 0 ? eventStates.normal : eventStates.offnormal)]],
    [properties.outOfService, () => [{ type: 'boolean', value: false }]],
    [properties.priorityArray, () => door.priorities.map((value) => (value === undefined ? { type: 'null' } : enumerated(value)))],
    [properties.relinquishDefault, () => [enumerated(doorValues.lock)]],
    [properties.doorStatus, () => [enumerated(door.doorStatus)]],
    [properties.lockStatus, () => [enumerated(lockStatus === 'stuck' ? lockStatuses.locked : door.lockStatus)]],
    [properties.securedStatus, () => [enumerated(door.securedStatus)]],
    [properties.doorPulseTime, () => [unsigned(Math.round(door.times.pulseMs / 100))]],
    [properties.doorExtendedPulseTime, () => [unsigned(Math.round(door.times.pulseMs / 50))]],
    [properties.doorUnlockDelayTime, () => [unsigned(0)]],
    [properties.doorOpenTooLongTime, () => [unsigned(Math.round(door.times.heldAfterMs / 100))]],
    [properties.doorAlarmState, () => [enumerated(door.alarmState)]],
  ];
}

/** A relay that stands for the lock: the same priorities, as BACnetBinaryPV. */
function binaryOutput(door: Door): [number, Property][] {
  const active = (value: number) => (value === doorValues.lock ? 0 : 1);
  return [
    ...binaryInput(() => !door.locked),
    [properties.priorityArray, () => door.priorities.map((value) => (value === undefined ? { type: 'null' } : enumerated(active(value))))],
    [properties.relinquishDefault, () => [enumerated(0)]],
  ];
}

/** The reader with the door's number is the one beside it. */
function accessPoint(reader: Reader, door: number): [number, Property][] {
  return [
    [properties.accessDoors, () => [deviceObjectReference({ type: objectTypes.accessDoor, instance: door })]],
    [properties.statusFlags, () => [flags(false)]],
    [properties.eventState, () => [enumerated(0)]],
    [properties.outOfService, () => [{ type: 'boolean', value: false }]],
    [properties.authenticationStatus, () => [enumerated(1)]],
    [properties.accessEvent, () => [enumerated(reader.event)]],
    [properties.accessEventTag, () => [unsigned(reader.tag)]],
    [properties.accessEventTime, () => [timeStamp(reader.at)]],
    [properties.accessEventCredential, () => [deviceObjectReference({ type: objectTypes.accessCredential, instance: reader.credential })]],
    [properties.priorityForWriting, () => [unsigned(readerPriority)]],
  ];
}

/** Priority_For_Writing: at which priority a reader commands its door. */
export const readerPriority = 12;

function binaryInput(active: () => boolean): [number, Property][] {
  return [
    [properties.presentValue, () => [enumerated(active() ? 1 : 0)]],
    [properties.statusFlags, () => [flags(false)]],
    [properties.eventState, () => [enumerated(0)]],
    [properties.outOfService, () => [{ type: 'boolean', value: false }]],
    [properties.polarity, () => [enumerated(0)]],
  ];
}

const key = ({ type, instance }: ObjectId) => `${type}:${instance}`;
const enumerated = (value: number): Value => ({ type: 'enumerated', value });
const unsigned = (value: number): Value => ({ type: 'unsigned', value });
const text = (value: string): Value => ({ type: 'text', value });
/** BACnetStatusFlags: in-alarm, fault, overridden, out-of-service. */
const flags = (inAlarm: boolean): Value => ({ type: 'bits', value: [inAlarm, false, false, false] });
/** Monday is 1 and Sunday 7 (clause 20.2.12). */
const date = (at: Date): Value => ({
  type: 'date',
  year: at.getUTCFullYear(),
  month: at.getUTCMonth() + 1,
  day: at.getUTCDate(),
  weekday: at.getUTCDay() === 0 ? 7 : at.getUTCDay(),
});
const time = (at: Date): Value => ({
  type: 'time',
  hour: at.getUTCHours(),
  minute: at.getUTCMinutes(),
  second: at.getUTCSeconds(),
  hundredths: Math.floor(at.getUTCMilliseconds() / 10),
});
/** BACnetTimeStamp, choice [2] dateTime (clause 21). */
export const timeStamp = (at: Date): Element => ({ type: 'constructed', tag: 2, elements: [date(at), time(at)] });

/** BACnetDeviceObjectReference of an object in this device: [1] object-identifier alone. */
function deviceObjectReference({ type, instance }: ObjectId): Element {
  const content = Buffer.alloc(4);
  content.writeUInt32BE(type * 0x40_0000 + instance);
  return { type: 'context', tag: 1, content };
}
