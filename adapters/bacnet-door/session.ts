import { ErrorClass, ErrorCode, ObjectType } from '@bacnet-js/client';
import type { BACNetObjectID } from '@bacnet-js/client';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { NoAnswer, Refused, Unintelligible } from './answers.ts';
import type { CovNotification, DeviceClient } from './client.ts';
import { restartOf, restartProperties } from './device.ts';
import { EventNotices } from './event-notices.ts';
import type { Options } from './options.ts';
import type { Outbox } from './outbox.ts';
import { objectKey } from './reading.ts';
import type { AppData, Reading } from './reading.ts';
import type { Watch } from './watch.ts';

/** After so many requests in a row without a usable answer the link counts as lost. */
const missesAllowed = 3;
/** What COV covers is read so many times more seldom: an unconfirmed notification can be lost. */
const safetyPollFactor = 10;
/** Our "subscriber process identifier": always the same, so that a new subscription takes the place of the old one. */
const subscriberProcess = 1;
/** A device repeats a notification within seconds; after this time the same invoke id means another one. */
const repeatWithinMs = 30_000;

/** An object of the device and when it is next due. */
interface Kept {
  readonly watch: Watch;
  readonly listeners: Watch[];
  pollAt: number;
  /** When to subscribe, or to renew. */
  subscribeAt: number;
  covAccepted: boolean;
  /** Whether the device may have a subscription of ours, even if its answer was lost. */
  covAsked: boolean;
  misses: number;
  /** What COV tells of the object, as last seen. */
  covContent: string | undefined;
}

/** Keeps the device's objects in view: reads each when it is due, renews subscriptions, hears notifications. */
export class Session {
  readonly #client: DeviceClient;
  readonly #host: AdapterHost;
  readonly #options: Options;
  readonly #outbox: Outbox;
  readonly #kept = new Map<string, Kept>();
  readonly #recent = new Map<number, { readonly content: string; readonly at: number }>();
  #restart: string;
  #misses = 0;
  #wake: () => void = () => undefined;

  constructor(client: DeviceClient, host: AdapterHost, options: Options, outbox: Outbox, watches: readonly Watch[], restart: string) {
    this.#client = client;
    this.#host = host;
    this.#options = options;
    this.#outbox = outbox;
    this.#restart = restart;
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
    while (!this.#host.signal.aborted) {
      if (this.#outbox.full) throw new Error('the journal has not taken signals for so long that some were lost: all states are read again');
      const [first] = [...this.#kept.values()].sort((a, b) => dueAt(a) - dueAt(b));
      const waitMs = (first === undefined ? Infinity : dueAt(first)) - this.#now();
      if (first === undefined || waitMs > 0) await this.#sleep(waitMs);
      else await this.#attend(first);
    }
  }

  /** Reads an object as soon as possible. */
  readSoon(object: BACNetObjectID): void {
    const kept = this.#kept.get(objectKey(object));
    if (kept === undefined) return;
    // Not before what has been due for longer, or one busy object would keep the others waiting.
    kept.pollAt = Math.min(kept.pollAt, this.#now());
    this.#wake();
  }

  /** Cancels the subscriptions without waiting for answers, and ends `run`. */
  stop(): void {
    for (const kept of this.#kept.values()) if (kept.covAsked) this.#client.unsubscribe(kept.watch.object, subscriberProcess);
    this.#wake();
  }

  #keep(watch: Watch): void {
    const key = objectKey(watch.object);
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      kept.listeners.push(watch);
      return;
    }
    const subscribeAt = watch.covProperties.length > 0 ? 0 : Infinity;
    this.#kept.set(key, { watch, listeners: [watch], pollAt: 0, subscribeAt, covAccepted: false, covAsked: false, misses: 0, covContent: undefined });
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
      if (kept.watch.covProperties.length > 0) kept.subscribeAt = 0;
    }
    this.#wake();
  }

  async #attend(kept: Kept): Promise<void> {
    const subscribing = kept.subscribeAt <= kept.pollAt;
    try {
      await (subscribing ? this.#subscribe(kept) : this.#read(kept));
      this.#misses = 0;
      kept.misses = 0;
    } catch (error) {
      const missed = error instanceof NoAnswer || error instanceof Unintelligible || error instanceof Refused;
      if (!missed) throw error;
      if (this.#host.signal.aborted) return;
      this.#misses = error instanceof Refused ? 0 : this.#misses + 1;
      kept.misses += 1;
      if (this.#misses >= missesAllowed || kept.misses >= missesAllowed) throw error;
      // A device that ignores SubscribeCOV still answers when it is read: that comes first.
      if (subscribing) kept.subscribeAt = this.#now() + this.#options.pollMs * safetyPollFactor;
      else kept.pollAt = this.#now() + this.#options.pollMs;
    }
  }

  async #read(kept: Kept): Promise<void> {
    const { watch } = kept;
    const sparingly = watch.covTellsAll && (kept.covAccepted || watch.covProperties.length === 0);
    const { reading, raw } = await this.#client.read(watch.object, watch.properties);
    kept.pollAt = this.#now() + this.#options.pollMs * (sparingly ? safetyPollFactor : 1);
    const content = covContentOf(watch, reading);
    // A change that a notification should have told: the subscription may be gone.
    if (kept.covAccepted && kept.covContent !== undefined && content !== kept.covContent) kept.subscribeAt = 0;
    kept.covContent = content;
    for (const listener of kept.listeners) listener.absorb({ reading, raw });
  }

  /** Prefers confirmed notifications, which the device repeats until the journal has them. */
  async #subscribe(kept: Kept): Promise<void> {
    const lifetime = this.#options.covLifetimeSeconds;
    kept.covAsked = true;
    const accepted = (await this.#asks(kept, true)) || (await this.#asks(kept, false));
    if (!accepted && kept.covAccepted) this.#host.log.warn({ object: objectKey(kept.watch.object) }, 'COV is refused now');
    kept.covAccepted = accepted;
    // Half the lifetime leaves room for lost requests; a refusal may be a full table, so it is not for ever either.
    kept.subscribeAt = this.#now() + lifetime * 500;
  }

  async #asks(kept: Kept, confirmed: boolean): Promise<boolean> {
    try {
      await this.#client.subscribe(kept.watch.object, subscriberProcess, confirmed, this.#options.covLifetimeSeconds);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#host.log.debug({ object: objectKey(kept.watch.object), confirmed, err: error }, 'COV is refused: polling');
      return false;
    }
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
      for (const watch of kept.listeners) watch.absorb({ reading, raw: this.#client.lastFrame });
      if (!kept.watch.covTellsAll) this.readSoon(kept.watch.object);
    }
    if (invokeId !== undefined) this.#acknowledgeWhenJournalled(invokeId);
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

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === Infinity ? () => undefined : this.#host.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #now(): number {
    return this.#host.clock.monotonicMs();
  }
}

const dueAt = (kept: Kept) => Math.min(kept.pollAt, kept.subscribeAt);

/** The values of those properties that COV tells, for comparison. */
function covContentOf({ covProperties }: Watch, reading: Reading): string {
  return JSON.stringify(covProperties.map((property) => reading.get(property)?.map(({ value }) => value)));
}
