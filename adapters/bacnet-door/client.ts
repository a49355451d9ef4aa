import { ApplicationTag, ASN1_ARRAY_ALL, ConfirmedServiceChoice, ErrorClass } from '@bacnet-js/client';
import type { BACNetAppData, BACNetObjectID, PropertyIdentifier } from '@bacnet-js/client';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { BacnetClient } from './library.ts';
import { objectKey } from './reading.ts';
import type { AppData, Reading } from './reading.ts';
import type { Endpoint, GuardedTransport } from './transport.ts';

/** How long an answer may take: the APDU_Timeout that ASHRAE 135-2020, clause 12.11, recommends. */
const answerWithinMs = 3000;
/** Far below the 256 invoke ids that the library shares between its requests. */
const maxInFlight = 16;

/** The device did not answer in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}
/** The device answered with an Error, Reject or Abort PDU (clause 18). */
export class Refused extends Error {
  override readonly name = 'Refused';
  /** Class and code of an Error PDU. */
  readonly error: { readonly class: number; readonly code: number } | undefined;
  /** Reason of a Reject or Abort PDU, which the library does not tell apart. */
  readonly reason: number | undefined;
  constructor(message: string, { error, reason }: { error?: { class: number; code: number }; reason?: number }) {
    super(message);
    this.error = error;
    this.reason = reason;
  }
}
/** The device's answer cannot be understood; it has been counted as malformed. */
export class Unintelligible extends Error {
  override readonly name = 'Unintelligible';
}

/** A notification as the library decodes it (its own type says otherwise of the device). */
export interface CovNotification {
  readonly subscriberProcessId: number;
  readonly initiatingDeviceId: BACNetObjectID;
  readonly monitoredObjectId: BACNetObjectID;
  readonly values: readonly { readonly property: { readonly id: number }; readonly value: readonly AppData[] }[];
}

/** What was read, and the frame that it was read from, in hexadecimal. */
export interface Answer {
  readonly reading: Reading;
  readonly raw: string;
}

/** Error classes (clause 18), and the tag under which the library hands over an error in the place of a value. */
export const objectError: number = ErrorClass.OBJECT;
const propertyError: number = ErrorClass.PROPERTY;
const servicesError: number = ErrorClass.SERVICES;
const errorTag: number = ApplicationTag.ERROR;

/** Reject "unrecognized service" (9), Abort "segmentation not supported" (4) and "buffer overflow" (1), or an error of class SERVICES. */
const cannotReadMultiple = ({ error, reason }: Refused) => error?.class === servicesError || [9, 4, 1].includes(reason ?? -1);

/** One device, spoken to through the BACnet library: each request has a deadline of its own, and no answer can throw elsewhere. */
export class DeviceClient {
  readonly #client: BacnetClient;
  readonly #transport: GuardedTransport;
  readonly #host: AdapterHost;
  readonly #receiver: { readonly address: string };
  readonly #waiting: (() => void)[] = [];
  readonly #closed = new AbortController();
  #inFlight = 0;
  #readsMultiple = true;

  constructor(transport: GuardedTransport, peer: Endpoint, host: AdapterHost) {
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
      if (!(error instanceof Refused) || !cannotReadMultiple(error)) throw error;
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

  /** Reads one property. @throws NoAnswer, Refused or Unintelligible. */
  async readProperty(object: BACNetObjectID, property: number, attempts = 1): Promise<readonly AppData[]> {
    const answer = await this.#request(`reading ${objectKey(object)}`, attempts, () => this.#client.readProperty(this.#receiver, object, property));
    const answered: number = answer.property.id;
    if (answered !== property) throw this.#unintelligible(`an answer about another property than ${property}`);
    return answer.values;
  }

  /** Writes an enumerated value, or NULL, which relinquishes (clause 19.2). @throws NoAnswer or Refused. */
  async write(object: BACNetObjectID, property: number, value: number | null, priority: number): Promise<void> {
    const data: BACNetAppData = value === null ? { type: ApplicationTag.NULL, value: null } : { type: ApplicationTag.ENUMERATED, value };
    await this.#request(`writing ${objectKey(object)}`, 2, () => this.#client.writeProperty(this.#receiver, object, property, [data], { priority }));
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

  acknowledge(invokeId: number): void {
    if (this.#closed.signal.aborted) return;
    this.#client.simpleAckResponse(this.#receiver, ConfirmedServiceChoice.CONFIRMED_COV_NOTIFICATION, invokeId);
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
    const [, errorClass, code] = /^BacnetError - Class:(\d+) - Code:(\d+)/.exec(message) ?? [];
    if (errorClass !== undefined) return refusedBy({ class: Number(errorClass), code: Number(code) }, what);
    const [, reason] = /^BacnetAbort - Reason:(\d+)/.exec(message) ?? [];
    if (reason !== undefined) return new Refused(`refused by the device (${what}): reject or abort, reason ${reason}`, { reason: Number(reason) });
    return this.#unintelligible(`an answer that cannot be decoded (${what}): ${message}`);
  }

  /** Called in the same turn in which the answer arrived, so that `lastFrame` is that answer. */
  #unintelligible(reason: string): Unintelligible {
    this.#host.malformed(this.#transport.lastFrame, reason);
    return new Unintelligible(`${this.address} sent ${reason}`);
  }
}

/** "Any device" in a read of a device's identifier (clause 15.5.2). */
export const anyInstance = 4_194_303;

function refusedBy(error: { class: number; code: number }, what = 'reading'): Refused {
  return new Refused(`refused by the device (${what}): error class ${error.class}, code ${error.code}`, { error });
}

/** The error that a device answers instead of a property's value. */
function errorIn(data: AppData | undefined): { class: number; code: number } | undefined {
  if (data?.type !== errorTag) return undefined;
  const value = data.value as { errorClass?: number; errorCode?: number } | undefined;
  return { class: value?.errorClass ?? 0, code: value?.errorCode ?? 0 };
}
