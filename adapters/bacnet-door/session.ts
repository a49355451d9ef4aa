import { ErrorClass, ErrorCode, ObjectType, PropertyIdentifier as Property } from '@bacnet-js/client';
import type { BACNetObjectID } from '@bacnet-js/client';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { Outbox } from '../../src/adapter/outbox.ts';
import { NoAnswer, Refused, Unintelligible } from './answers.ts';
import type { CovNotification, DeviceClient } from './client.ts';
import { restartOf, restartProperties } from './device.ts';
import { EventNotices } from './event-notices.ts';
import { safetyPollFactor } from './options.ts';
import type { Options } from './options.ts';
import { objectKey } from './reading.ts';
import type { AppData, Reading } from './reading.ts';
import { subscriberProcess, Subscriptions } from './subscriptions.ts';
import { Wait } from './wait.ts';
import type { Watch } from './watch.ts';

/** After so many requests in a row without a usable answer the link counts as lost. */
const missesAllowed = 3;
/** A device repeats a notification within seconds; after this time the same invoke id means another one. */
const repeatWithinMs = 30_000;

/** An object of the device and when it is next due. */
interface Kept {
  readonly watch: Watch;
  readonly listeners: Watch[];
  pollAt: number;
  misses: number;
  /** What COV tells of the object, as last seen. */
  covContent: string | undefined;
}

/** Keeps the device's objects in view: reads each when it is due, and hears notifications. */
export class Session {
  readonly #client: DeviceClient;
  readonly #host: AdapterHost;
  readonly #options: Options;
  readonly #outbox: Outbox;
  readonly #kept = new Map<string, Kept>();
  readonly #recent = new Map<number, { readonly content: string; readonly at: number }>();
  #restart: string;
  readonly #subscriptions: Subscriptions;
  readonly #wait: Wait;
  #misses = 0;

  constructor(client: DeviceClient, host: AdapterHost, options: Options, outbox: Outbox, watches: readonly Watch[], restart: string) {
    this.#client = client;
    this.#host = host;
    this.#options = options;
    this.#outbox = outbox;
    this.#restart = restart;
    this.#wait = new Wait(host.clock);
    this.#subscriptions = new Subscriptions(client, host, options, (object) => this.readSoon(object));
    for (const watch of [this.#deviceWatch(), ...watches]) this.#keep(watch);
  }

  /** Reads every object once. @throws what the client throws. */
  async readAll(): Promise<void> {
    for (const kept of this.#kept.values()) await this.#read(kept);
  }

  /** Works until the gateway stops. @throws the reason when the link is lost. */
  async run(): Promise<void> {
    this.#client.onCovNotification((notification, invokeId) => this.#notified(notification, invokeId));
    const notices = new EventNotices({ client: this.#client, host: this.#host, outbox: this.#outbox }, this.#options.acknowledgeAlarms, (object) => {
      const kept = this.#kept.get(object);
      return kept && this.#read(kept);
    });
    this.#client.onEventNotification((notification, invokeId) => notices.heard(notification, invokeId));
    // A device says I-Am when it has restarted; its subscriptions are then lost.
    this.#client.onIAm((instance) => {
      if (instance === this.#options.deviceInstance) this.#startOver();
    });
    await Promise.all([this.#readInTurn(), this.#subscriptions.run()]);
  }

  async #readInTurn(): Promise<void> {
    while (!this.#host.signal.aborted) {
      if (this.#outbox.isFull) throw new Error('the journal has not taken signals for so long that some were lost: all states are read again');
      const [first] = [...this.#kept.values()].sort((a, b) => a.pollAt - b.pollAt);
      const waitMs = (first?.pollAt ?? Infinity) - this.#now();
      if (first === undefined || waitMs > 0) await this.#wait.for(waitMs);
      else await this.#attend(first);
    }
  }

  /** Reads an object as soon as possible. */
  readSoon(object: BACNetObjectID): void {
    const kept = this.#kept.get(objectKey(object));
    if (kept === undefined) return;
    // Not before what has been due for longer, or one busy object would keep the others waiting.
    kept.pollAt = Math.min(kept.pollAt, this.#now());
    this.#wait.end();
  }

  /** Cancels the subscriptions without waiting for answers, and ends `run`. */
  stop(): void {
    this.#subscriptions.stop();
    this.#wait.end();
  }

  #keep(watch: Watch): void {
    const key = objectKey(watch.object);
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      kept.listeners.push(watch);
      return;
    }
    this.#kept.set(key, { watch, listeners: [watch], pollAt: 0, misses: 0, covContent: undefined });
    if (watch.covProperties.length > 0) this.#subscriptions.keep(watch.object);
  }

  /** The Device object: shows a restart, and that the device lives when nothing else is asked for. */
  #deviceWatch(): Watch {
    return {
      object: { type: ObjectType.DEVICE, instance: this.#options.deviceInstance },
      properties: restartProperties,
      covProperties: [],
      covTellsAll: true,
      absorb: ({ reading }) => {
        const restart = restartOf(reading);
        if (restart !== this.#restart) this.#startOver();
        this.#restart = restart;
      },
    };
  }

  /** After a restart of the device: everything is read and subscribed to again. */
  #startOver(): void {
    for (const kept of this.#kept.values()) {
      for (const watch of kept.listeners) watch.restarted?.();
      kept.pollAt = 0;
    }
    this.#subscriptions.renewAll();
    this.#wait.end();
  }

  async #attend(kept: Kept): Promise<void> {
    try {
      await this.#read(kept);
      this.#misses = 0;
      kept.misses = 0;
    } catch (error) {
      const missed = error instanceof NoAnswer || error instanceof Unintelligible || error instanceof Refused;
      if (!missed) throw error;
      if (this.#host.signal.aborted) return;
      this.#misses = error instanceof Refused ? 0 : this.#misses + 1;
      kept.misses += 1;
      if (this.#misses >= missesAllowed || kept.misses >= missesAllowed) throw error;
      kept.pollAt = this.#now() + this.#options.pollMs;
    }
  }

  async #read(kept: Kept): Promise<void> {
    const { watch } = kept;
    const covered = this.#subscriptions.covers(watch.object);
    const { reading, raw } = await this.#client.read(watch.object, watch.properties);
    // Looked at again: the subscription may have ended during the reading.
    const sparingly = watch.covTellsAll && (watch.covProperties.length === 0 || this.#subscriptions.covers(watch.object));
    kept.pollAt = this.#now() + this.#options.pollMs * (sparingly ? safetyPollFactor : 1);
    const content = covContentOf(watch, reading);
    this.#show('reading', watch.object, reading, true);
    // A change that a notification should have told: the subscription may be gone.
    if (covered && kept.covContent !== undefined && content !== kept.covContent) this.#subscriptions.renew(watch.object);
    kept.covContent = content;
    for (const listener of kept.listeners) listener.absorb({ reading, raw });
  }

  #notified(payload: CovNotification, invokeId: number | undefined): void {
    const kept = this.#kept.get(objectKey(payload.monitoredObjectId));
    const ours = payload.subscriberProcessId === subscriberProcess && payload.initiatingDeviceId.instance === this.#options.deviceInstance;
    if (kept === undefined || !ours) {
      if (invokeId !== undefined) this.#client.refuse(invokeId, ErrorClass.SERVICES, ErrorCode.UNKNOWN_SUBSCRIPTION);
      return;
    }
    this.#misses = 0;
    if (invokeId === undefined || !this.#isRepeat(invokeId, JSON.stringify([payload.monitoredObjectId, payload.values]))) {
      const reading: Reading = new Map<number, readonly AppData[]>(payload.values.map(({ property, value }) => [property.id, value]));
      kept.covContent = covContentOf(kept.watch, reading);
      this.#show('COV notification', payload.monitoredObjectId, reading);
      for (const watch of kept.listeners) watch.absorb({ reading, raw: this.#client.lastFrame });
      if (!kept.watch.covTellsAll) this.readSoon(kept.watch.object);
    }
    if (invokeId !== undefined) this.#acknowledgeWhenJournalled(invokeId);
  }

  #show(what: string, { type, instance }: BACNetObjectID, reading: Reading, polled?: true): void {
    const content = Object.fromEntries([...reading].map(([property, values]) => [Property[property] ?? property, values.map(({ value }) => value)]));
    this.#host.decoded?.({ name: `${what}, ${ObjectType[type]} ${instance}`, content, ...(polled && { polled }) });
  }

  /** A notification that was not acknowledged in time comes again with the same invoke id (clause 5.4.4.1): it says nothing new. */
  #isRepeat(invokeId: number, content: string): boolean {
    const before = this.#recent.get(invokeId);
    const at = this.#now();
    this.#recent.set(invokeId, { content, at });
    return before?.content === content && at - before.at < repeatWithinMs;
  }

  #acknowledgeWhenJournalled(invokeId: number): void {
    this.#outbox.flushed().then(
      () => this.#client.acknowledge(invokeId),
      () => undefined,
    );
  }

  #now(): number {
    return this.#host.clock.monotonicMs();
  }
}

/** The values of those properties that COV tells, for comparison. */
function covContentOf({ covProperties }: Watch, reading: Reading): string {
  return JSON.stringify(covProperties.map((property) => reading.get(property)?.map(({ value }) => value)));
}
