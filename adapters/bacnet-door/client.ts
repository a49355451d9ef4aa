import { ApplicationTag, ASN1_ARRAY_ALL, ConfirmedServiceChoice, PropertyIdentifier, TimeStamp } from '@bacnet-js/client';
import type { BACNetAppData, BACNetObjectID, BACNetTimestamp } from '@bacnet-js/client';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { cannotServeMultiple, errorIn, NoAnswer, objectError, propertyError, refusalIn, refusedBy, Refused, Unintelligible } from './answers.ts';
import { BacnetClient } from './library.ts';
import { objectKey } from './reading.ts';
import type { AppData, Reading } from './reading.ts';
import type { Endpoint, GuardedTransport } from './transport.ts';

/** How long an answer may take: the APDU_Timeout that ASHRAE 135-2020, clause 12.11, recommends. */
const answerWithinMs = 3000;
/** Far below the 256 invoke ids that the library shares between its requests. */
const maxInFlight = 16;

/** A notification as the library decodes it (its own type says otherwise of the device). */
export interface CovNotification {
  readonly subscriberProcessId: number;
  readonly initiatingDeviceId: BACNetObjectID;
  readonly monitoredObjectId: BACNetObjectID;
  readonly values: readonly { readonly property: { readonly id: number }; readonly value: readonly AppData[] }[];
}

/** An alarm or event that the device reports by itself (clause 13.8), as the library decodes it (its own type says otherwise). */
export interface EventNotification {
  readonly initiatingObjectId: BACNetObjectID;
  readonly eventObjectId: BACNetObjectID;
  readonly timeStamp: BACNetTimestamp;
  readonly ackRequired?: boolean;
  readonly toState: number;
}

/** A Present_Value to be; null relinquishes (clause 19.2). */
export interface Write {
  readonly object: BACNetObjectID;
  readonly value: number | null;
}

/** What was read, and the frame that it was read from, in hexadecimal. */
export interface Answer {
  readonly reading: Reading;
  readonly raw: string;
}

/** What the client needs of the gateway. */
export interface ClientHost extends Pick<AdapterHost, 'clock' | 'malformed'> {
  readonly log: { info(about: object, text: string): void };
}

/** One device, spoken to through the BACnet library: each request has a deadline of its own, and no answer can throw elsewhere. */
export class DeviceClient {
  readonly #client: BacnetClient;
  readonly #transport: GuardedTransport;
  readonly #host: ClientHost;
  readonly #receiver: { readonly address: string };
  readonly #waiting: (() => void)[] = [];
  readonly #closed = new AbortController();
  #inFlight = 0;
  #readsMultiple = true;
  #writesMultiple = true;

  constructor(transport: GuardedTransport, peer: Endpoint, host: ClientHost) {
    this.#transport = transport;
    this.#host = host;
    this.#receiver = { address: `${peer.address}:${peer.port}` };
    // The library's own time-out only frees its memory: it must not come first.
    this.#client = new BacnetClient({ transport, apduTimeout: answerWithinMs * 10 });
  }

  /** Where the device is, for messages. */
  get address(): string {
    return this.#receiver.address;
  }

  /** `invokeId`: of a confirmed notification, to be acknowledged. */
  onCovNotification(listener: (notification: CovNotification, invokeId: number | undefined) => void): void {
    this.#client.on('covNotify', (content) => listener(content.payload as CovNotification, content.invokeId));
    this.#client.on('covNotifyUnconfirmed', (content) => listener(content.payload as CovNotification, undefined));
  }

  /** `invokeId`: of a confirmed notification, to be acknowledged. */
  onEventNotification(listener: (notification: EventNotification, invokeId: number | undefined) => void): void {
    this.#client.on('eventNotify', ({ payload, invokeId }) => listener(payload as unknown as EventNotification, invokeId));
  }

  onIAm(listener: (deviceInstance: number) => void): void {
    this.#client.on('iAm', (content) => listener((content.payload as { deviceId: number }).deviceId));
  }

  /** The frame that is being handled, in hexadecimal. */
  get lastFrame(): string {
    return this.#transport.lastFrame.toString('hex');
  }

  /**
   * Reads properties of one object; those that it does not have are absent from the answer.
   * @throws NoAnswer, Refused (also for an object that does not exist) or Unintelligible.
   */
  async read(object: BACNetObjectID, properties: readonly PropertyIdentifier[]): Promise<Answer> {
    if (!this.#readsMultiple) return this.#readOneByOne(object, properties);
    try {
      return await this.#readMultiple(object, properties);
    } catch (error) {
      if (!(error instanceof Refused) || !cannotServeMultiple(error)) throw error;
      this.#host.log.info({ object: objectKey(object) }, 'the device cannot read several properties at once: reading them one by one');
      this.#readsMultiple = false;
      return this.#readOneByOne(object, properties);
    }
  }

  async #readMultiple(object: BACNetObjectID, properties: readonly PropertyIdentifier[]): Promise<Answer> {
    const references = properties.map((id) => ({ id, index: ASN1_ARRAY_ALL }));
    const { values } = await this.#request(`reading ${objectKey(object)}`, 1, () =>
      this.#client.readPropertyMultiple(this.#receiver, [{ objectId: object, properties: references }]),
    );
    const raw = this.lastFrame;
    const [first] = values;
    if (first === undefined || (object.instance !== anyInstance && objectKey(first.objectId) !== objectKey(object))) {
      throw this.#unintelligible(`an answer about another object than ${objectKey(object)}`);
    }
    const errors = first.values.flatMap(({ value }) => errorIn(value[0]) ?? []);
    // Clause 15.7.2: where the object does not exist, each of its properties is answered with that error.
    const [unknown] = errors.filter((error) => error.class === objectError);
    if (unknown !== undefined && errors.length === first.values.length) throw refusedBy(unknown);
    return {
      raw,
      reading: new Map<number, readonly AppData[]>(
        first.values.filter(({ value }) => errorIn(value[0]) === undefined).map(({ id, value }) => [id, value]),
      ),
    };
  }

  async #readOneByOne(object: BACNetObjectID, properties: readonly PropertyIdentifier[]): Promise<Answer> {
    const reading = new Map<number, readonly AppData[]>();
    for (const property of properties) {
      try {
        reading.set(property, await this.readProperty(object, property));
      } catch (error) {
        const absent = error instanceof Refused && error.error?.class === propertyError;
        if (!absent) throw error;
      }
    }
    return { reading, raw: this.lastFrame };
  }

  /** Reads one property, or an element of one that is an array (0: how many it has). @throws NoAnswer, Refused or Unintelligible. */
  async readProperty(object: BACNetObjectID, property: number, attempts = 1, arrayIndex?: number): Promise<readonly AppData[]> {
    const element = arrayIndex === undefined ? {} : { arrayIndex };
    const answer = await this.#request(`reading ${objectKey(object)}`, attempts, () =>
      this.#client.readProperty(this.#receiver, object, property, element),
    );
    const answered: number = answer.property.id;
    if (answered !== property) throw this.#unintelligible(`an answer about another property than ${property}`);
    return answer.values;
  }

  /** Writes an enumerated value, or NULL, which relinquishes (clause 19.2). @throws NoAnswer or Refused. */
  async write(object: BACNetObjectID, property: number, value: number | null, priority: number): Promise<void> {
    const data = written(value);
    await this.#request(`writing ${objectKey(object)}`, 2, () => this.#client.writeProperty(this.#receiver, object, property, [data], { priority }));
  }

  /** Writes the Present_Value of several objects, in one request where the device can. @throws NoAnswer or Refused. */
  async writeAll(writes: readonly Write[], priority: number): Promise<void> {
    const [first] = writes;
    if (writes.length > 1 && this.#writesMultiple) {
      const property = { id: PropertyIdentifier.PRESENT_VALUE, index: ASN1_ARRAY_ALL };
      const values = writes.map(({ object, value }) => ({ objectId: object, values: [{ property, value: [written(value)], priority }] }));
      try {
        await this.#request(`writing ${writes.length} objects`, 1, () => this.#client.writePropertyMultiple(this.#receiver, values));
        return;
      } catch (error) {
        // Some stacks drop what they cannot decode without a word: to write the same again one by one harms nothing.
        if (!(error instanceof NoAnswer) && !(error instanceof Refused && cannotServeMultiple(error))) throw error;
        this.#host.log.info({ object: first && objectKey(first.object) }, 'the device cannot write several objects at once: writing them one by one');
        this.#writesMultiple = false;
      }
    }
    for (const { object, value } of writes) await this.write(object, PropertyIdentifier.PRESENT_VALUE, value, priority);
  }

  /** Sends writes without waiting for answers: for the last moment of a connection. */
  writeUnheard(writes: readonly Write[], priority: number): void {
    if (this.#closed.signal.aborted) return;
    for (const { object, value } of writes) {
      this.#client.writeProperty(this.#receiver, object, PropertyIdentifier.PRESENT_VALUE, [written(value)], { priority }).catch(() => undefined);
    }
  }

  /** Tells the device that somebody has taken note of an alarm (AcknowledgeAlarm, clause 13.5). @throws NoAnswer or Refused. */
  async acknowledgeAlarm({ eventObjectId, toState, timeStamp }: EventNotification, source: string): Promise<void> {
    const now = { type: TimeStamp.DATETIME, value: new Date(this.#host.clock.now()) } as const;
    await this.#request(`acknowledging an alarm of ${objectKey(eventObjectId)}`, 2, () =>
      this.#client.acknowledgeAlarm(this.#receiver, eventObjectId, toState, source, timeStamp, now),
    );
  }

  /** Subscribes to changes of an object, or renews. `lifetimeSeconds` is never 0, which would be for ever. @throws NoAnswer or Refused. */
  async subscribe(object: BACNetObjectID, process: number, confirmed: boolean, lifetimeSeconds: number): Promise<void> {
    await this.#request(`subscribing to ${objectKey(object)}`, 1, () =>
      this.#client.subscribeCov(this.#receiver, object, process, false, confirmed, lifetimeSeconds),
    );
  }

  /** Tells the device that nobody listens any longer; an answer is not waited for. */
  unsubscribe(object: BACNetObjectID, process: number): void {
    if (this.#closed.signal.aborted) return;
    this.#client.subscribeCov(this.#receiver, object, process, true, false, 0).catch(() => undefined);
  }

  /** Acknowledges a confirmed notification of changes. */
  acknowledge(invokeId: number): void {
    this.#simpleAck(ConfirmedServiceChoice.CONFIRMED_COV_NOTIFICATION, invokeId);
  }

  /** Acknowledges that a confirmed event notification has arrived; the alarm itself stays unacknowledged. */
  acknowledgeEvent(invokeId: number): void {
    this.#simpleAck(ConfirmedServiceChoice.CONFIRMED_EVENT_NOTIFICATION, invokeId);
  }

  #simpleAck(service: number, invokeId: number): void {
    if (this.#closed.signal.aborted) return;
    this.#client.simpleAckResponse(this.#receiver, service, invokeId);
  }

  /** Answers a request of the device with an Error PDU. */
  refuse(invokeId: number, errorClass: number, errorCode: number): void {
    if (this.#closed.signal.aborted) return;
    this.#client.errorResponse(this.#receiver, ConfirmedServiceChoice.CONFIRMED_COV_NOTIFICATION, invokeId, errorClass, errorCode);
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(new NoAnswer('the connection is closed'));
    this.#client.close();
  }

  async #request<T>(what: string, attempts: number, send: () => Promise<T>): Promise<T> {
    while (this.#inFlight >= maxInFlight) await new Promise<void>((resume) => this.#waiting.push(resume));
    this.#inFlight += 1;
    try {
      return await this.#withinDeadline(what, send);
    } catch (error) {
      if (attempts > 1 && error instanceof NoAnswer && !this.#closed.signal.aborted) return await this.#request(what, attempts - 1, send);
      throw error;
    } finally {
      this.#inFlight -= 1;
      this.#waiting.shift()?.();
    }
  }

  #withinDeadline<T>(what: string, send: () => Promise<T>): Promise<T> {
    const { signal } = this.#closed;
    return new Promise<T>((resolve, reject) => {
      signal.throwIfAborted();
      const timeIsUp = () => reject(new NoAnswer(`no answer from ${this.address} within ${answerWithinMs} ms (${what})`));
      const closed = () => reject(signal.reason as Error);
      const cancel = this.#host.clock.after(answerWithinMs, timeIsUp);
      signal.addEventListener('abort', closed, { once: true });
      const settled = () => {
        cancel();
        signal.removeEventListener('abort', closed);
      };
      send()
        .then(resolve, (error: unknown) => reject(this.#translated(error, what)))
        .finally(settled);
    });
  }

  #translated(error: unknown, what: string): Error {
    const message = error instanceof Error ? error.message : String(error);
    if (message === 'ERR_TIMEOUT') return new NoAnswer(`no answer from ${this.address} (${what})`);
    return refusalIn(message, what) ?? this.#unintelligible(`an answer that cannot be decoded (${what}): ${message}`);
  }

  /** Called in the same turn in which the answer arrived, so that `lastFrame` is that answer. */
  #unintelligible(reason: string): Unintelligible {
    this.#host.malformed(this.#transport.lastFrame, reason);
    return new Unintelligible(`${this.address} sent ${reason}`);
  }
}

/** "Any device" in a read of a device's identifier (clause 15.5.2). */
export const anyInstance = 4_194_303;

const written = (value: number | null): BACNetAppData =>
  value === null ? { type: ApplicationTag.NULL, value: null } : { type: ApplicationTag.ENUMERATED, value };
