import { decodeElements, encodeElements, MalformedEncoding, objectContent, readObject, readUnsigned, unsignedContent } from './elements.ts';
import type { Element, ObjectId } from './elements.ts';
import { objectTypes } from '../numbers.ts';

/** The parameters of the services that this controller answers (ASHRAE 135-2020, clauses 13, 15 and 16). */

export interface PropertyReference {
  readonly property: number;
  readonly index?: number;
}
export interface ReadRequest extends PropertyReference {
  readonly object: ObjectId;
}
export interface ReadMultipleRequest {
  readonly object: ObjectId;
  readonly references: readonly PropertyReference[];
}
export interface WriteRequest extends ReadRequest {
  readonly values: readonly Element[];
  readonly priority?: number;
}
export interface SubscribeRequest {
  readonly process: number;
  readonly object: ObjectId;
  /** Undefined: the subscription is cancelled (clause 13.14.1.1.4). */
  readonly terms: { readonly confirmed: boolean; readonly lifetimeSeconds: number } | undefined;
}
export type ReadResult = PropertyReference & ({ readonly values: readonly Element[] } | { readonly error: readonly [number, number] });

const context = (tag: number, content: Buffer): Element => ({ type: 'context', tag, content });
const constructed = (tag: number, elements: readonly Element[]): Element => ({ type: 'constructed', tag, elements });

/** Takes the elements of a request one by one; each `at` is a context tag number. */
class Parameters {
  readonly #elements: Element[];
  constructor(data: Buffer | readonly Element[]) {
    this.#elements = Buffer.isBuffer(data) ? decodeElements(data) : [...data];
  }

  get done(): boolean {
    return this.#elements.length === 0;
  }

  optional(at: number): Buffer | undefined {
    const [first] = this.#elements;
    if (first?.type !== 'context' || first.tag !== at) return undefined;
    this.#elements.shift();
    return first.content;
  }

  required(at: number): Buffer {
    const content = this.optional(at);
    if (content === undefined) throw new MalformedEncoding(`parameter ${at} is missing`);
    return content;
  }

  list(at: number): readonly Element[] {
    const first = this.#elements.shift();
    if (first?.type !== 'constructed' || first.tag !== at) throw new MalformedEncoding(`parameter ${at} is missing`);
    return first.elements;
  }

  reference(propertyAt: number): PropertyReference {
    const property = readUnsigned(this.required(propertyAt));
    const index = this.optional(propertyAt + 1);
    return index === undefined ? { property } : { property, index: readUnsigned(index) };
  }
}

export function decodeReadProperty(data: Buffer): ReadRequest {
  const parameters = new Parameters(data);
  return { object: readObject(parameters.required(0)), ...parameters.reference(1) };
}

export function decodeReadPropertyMultiple(data: Buffer): ReadMultipleRequest[] {
  const parameters = new Parameters(data);
  const requests: ReadMultipleRequest[] = [];
  while (!parameters.done) {
    const object = readObject(parameters.required(0));
    const list = new Parameters(parameters.list(1));
    const references: PropertyReference[] = [];
    while (!list.done) references.push(list.reference(0));
    requests.push({ object, references });
  }
  return requests;
}

export function decodeWriteProperty(data: Buffer): WriteRequest {
  const parameters = new Parameters(data);
  const target = { object: readObject(parameters.required(0)), ...parameters.reference(1) };
  const values = parameters.list(3);
  const priority = parameters.optional(4);
  return priority === undefined ? { ...target, values } : { ...target, values, priority: readUnsigned(priority) };
}

/** Clause 15.10: for each object the properties to write, in their order. */
export function decodeWritePropertyMultiple(data: Buffer): WriteRequest[] {
  const parameters = new Parameters(data);
  const writes: WriteRequest[] = [];
  while (!parameters.done) {
    const object = readObject(parameters.required(0));
    const list = new Parameters(parameters.list(1));
    while (!list.done) {
      const target = { object, ...list.reference(0), values: list.list(2) };
      const priority = list.optional(3);
      writes.push(priority === undefined ? target : { ...target, priority: readUnsigned(priority) });
    }
  }
  return writes;
}

/** WritePropertyMultiple-Error (clause 21): [0] the error, [1] the first write that failed; those before it were carried out. */
export function encodeWriteMultipleError(error: readonly [number, number], { object, property }: WriteRequest): Buffer {
  return encodeElements([
    constructed(0, errorElements(error)),
    constructed(1, [context(0, objectContent(object)), context(1, unsignedContent(property))]),
  ]);
}

export interface AlarmAcknowledgement {
  readonly object: ObjectId;
  /** BACnetEventState that is acknowledged. */
  readonly state: number;
  /** The time stamp of the notification, as it was encoded. */
  readonly timeStamp: Buffer;
  /** Who acknowledges. */
  readonly source: string;
}

/** Clause 13.5.1. */
export function decodeAcknowledgeAlarm(data: Buffer): AlarmAcknowledgement {
  const parameters = new Parameters(data);
  parameters.required(0);
  const object = readObject(parameters.required(1));
  const state = readUnsigned(parameters.required(2));
  const timeStamp = encodeElements(parameters.list(3));
  return { object, state, timeStamp, source: parameters.required(4).toString('utf8', 1) };
}

/** Clause 13.8.1: a door's alarm state has changed (CHANGE_OF_STATE; door-alarm-state is choice [15] of BACnetPropertyStates). */
export function encodeEventNotification(event: {
  readonly process: number;
  readonly device: number;
  readonly object: ObjectId;
  readonly timeStamp: Element;
  readonly ackRequired: boolean;
  readonly fromState: number;
  readonly toState: number;
  readonly newState: number;
  readonly eventType: number;
  readonly notifyType: number;
}): Buffer {
  const number = (tag: number, value: number) => context(tag, unsignedContent(value));
  return encodeElements([
    number(0, event.process),
    context(1, objectContent({ type: objectTypes.device, instance: event.device })),
    context(2, objectContent(event.object)),
    constructed(3, [event.timeStamp]),
    number(4, 1),
    number(5, 100),
    number(6, event.eventType),
    number(8, event.notifyType),
    number(9, event.ackRequired ? 1 : 0),
    number(10, event.fromState),
    number(11, event.toState),
    constructed(12, [
      constructed(event.eventType, [constructed(0, [number(15, event.newState)]), context(1, Buffer.of(4, event.toState === 0 ? 0 : 0x80))]),
    ]),
  ]);
}

export function decodeSubscribeCov(data: Buffer): SubscribeRequest {
  const parameters = new Parameters(data);
  const process = readUnsigned(parameters.required(0));
  const object = readObject(parameters.required(1));
  const confirmed = parameters.optional(2);
  const lifetime = parameters.optional(3);
  if (confirmed === undefined && lifetime === undefined) return { process, object, terms: undefined };
  return {
    process,
    object,
    terms: { confirmed: confirmed?.[0] === 1, lifetimeSeconds: lifetime === undefined ? 0 : readUnsigned(lifetime) },
  };
}

/** Whether a Who-Is asks for `instance` (clause 16.10.1.1). */
export function whoIsAsksFor(data: Buffer, instance: number): boolean {
  const parameters = new Parameters(data);
  const low = parameters.optional(0);
  const high = parameters.optional(1);
  if (low === undefined || high === undefined) return true;
  return readUnsigned(low) <= instance && instance <= readUnsigned(high);
}

export function encodeReadAck(request: ReadRequest, values: readonly Element[]): Buffer {
  return encodeElements([context(0, objectContent(request.object)), ...reference(request, 1), constructed(3, values)]);
}

export function encodeReadMultipleAck(answers: readonly { object: ObjectId; results: readonly ReadResult[] }[]): Buffer {
  return encodeElements(
    answers.flatMap(({ object, results }) => [
      context(0, objectContent(object)),
      constructed(
        1,
        results.flatMap((result) => [
          ...reference(result, 2),
          'error' in result ? constructed(5, errorElements(result.error)) : constructed(4, result.values),
        ]),
      ),
    ]),
  );
}

function reference({ property, index }: PropertyReference, at: number): Element[] {
  const element = context(at, unsignedContent(property));
  return index === undefined ? [element] : [element, context(at + 1, unsignedContent(index))];
}

function errorElements([errorClass, code]: readonly [number, number]): Element[] {
  return [
    { type: 'enumerated', value: errorClass },
    { type: 'enumerated', value: code },
  ];
}

export function encodeError(error: readonly [number, number]): Buffer {
  return encodeElements(errorElements(error));
}

/** Clause 13.1.1: the same parameters for the confirmed and the unconfirmed notification. */
export function encodeCovNotification(notification: {
  readonly process: number;
  readonly device: number;
  readonly object: ObjectId;
  readonly secondsRemaining: number;
  readonly values: readonly { readonly property: number; readonly values: readonly Element[] }[];
}): Buffer {
  return encodeElements([
    context(0, unsignedContent(notification.process)),
    context(1, objectContent({ type: objectTypes.device, instance: notification.device })),
    context(2, objectContent(notification.object)),
    context(3, unsignedContent(notification.secondsRemaining)),
    constructed(
      4,
      notification.values.flatMap(({ property, values }) => [context(0, unsignedContent(property)), constructed(2, values)]),
    ),
  ]);
}

/** Clause 16.10.3; segmentation: none (3). */
export function encodeIAm(device: number, vendor: number): Buffer {
  return encodeElements([
    { type: 'object', value: { type: objectTypes.device, instance: device } },
    { type: 'unsigned', value: 1476 },
    { type: 'enumerated', value: 3 },
    { type: 'unsigned', value: vendor },
  ]);
}
