import type { BACNetObjectID } from '@bacnet-js/client';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { NoAnswer, Refused, Unintelligible } from './answers.ts';
import type { DeviceClient } from './client.ts';
import { safetyPollFactor } from './options.ts';
import type { Options } from './options.ts';
import { objectKey } from './reading.ts';
import { Wait } from './wait.ts';

/** Our "subscriber process identifier": always the same, so that a new subscription takes the place of the old one. */
export const subscriberProcess = 1;

/** An object of the device, and what is known of our subscription to it. */
interface Subscription {
  readonly object: BACNetObjectID;
  /** When to subscribe, or to renew. */
  dueAt: number;
  accepted: boolean;
  /** Whether the device may have a subscription of ours, even if its answer was lost. */
  asked: boolean;
  /** Requests in a row that nothing came back to. */
  unanswered: number;
}

/**
 * Our COV subscriptions with a device (ASHRAE 135-2020, clause 13.14), made and renewed beside the reading and never in its way: a device that refuses
 * SubscribeCOV, or ignores it without a word, is polled. Whether the link stands only reading tells.
 */
export class Subscriptions {
  readonly #client: DeviceClient;
  readonly #host: AdapterHost;
  readonly #options: Options;
  readonly #lost: (object: BACNetObjectID) => void;
  readonly #all = new Map<string, Subscription>();
  readonly #wait: Wait;
  #stopped = false;

  /** `lost` is told of an object that the device no longer reports by itself. */
  constructor(client: DeviceClient, host: AdapterHost, options: Options, lost: (object: BACNetObjectID) => void) {
    this.#client = client;
    this.#host = host;
    this.#options = options;
    this.#lost = lost;
    this.#wait = new Wait(host.clock);
  }

  /** Keeps a subscription to the object from now on. */
  keep(object: BACNetObjectID): void {
    this.#all.set(objectKey(object), { object, dueAt: 0, accepted: false, asked: false, unanswered: 0 });
  }

  /** Whether the device has agreed to tell of changes of this object. */
  covers(object: BACNetObjectID): boolean {
    return this.#all.get(objectKey(object))?.accepted === true;
  }

  /** Subscribes to the object anew, as soon as possible. */
  renew(object: BACNetObjectID): void {
    const subscription = this.#all.get(objectKey(object));
    if (subscription === undefined) return;
    subscription.dueAt = 0;
    this.#wait.end();
  }

  /** The device may have lost them all. */
  renewAll(): void {
    for (const { object } of this.#all.values()) this.renew(object);
  }

  /** Works until `stop`, with one request at a time. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const [first] = [...this.#all.values()].sort((a, b) => a.dueAt - b.dueAt);
      const waitMs = (first?.dueAt ?? Infinity) - this.#now();
      if (first === undefined || waitMs > 0) await this.#wait.for(waitMs);
      else await this.#subscribe(first);
    }
  }

  /** Cancels the subscriptions without waiting for answers, and ends `run`. */
  stop(): void {
    this.#stopped = true;
    for (const { object, asked } of this.#all.values()) if (asked) this.#client.unsubscribe(object, subscriberProcess);
    this.#wait.end();
  }

  async #subscribe(subscription: Subscription): Promise<void> {
    const { object } = subscription;
    const before = subscription.accepted;
    subscription.asked = true;
    // Half the lifetime leaves room for lost requests; a refusal may be a full table, so it is not for ever either.
    const renewMs = this.#options.covLifetimeSeconds * 500;
    // Set first: a restart of the device during the request makes it due again.
    subscription.dueAt = this.#now() + renewMs;
    try {
      // Confirmed notifications are preferred: the device repeats them until the journal has them.
      subscription.accepted = (await this.#asks(object, true)) || (await this.#asks(object, false));
      subscription.unanswered = 0;
    } catch (error) {
      if (!(error instanceof NoAnswer) && !(error instanceof Unintelligible)) throw error;
      if (this.#stopped) return;
      subscription.accepted = false;
      // A request that was lost is repeated soon; a device that never answers is asked as seldom as one that refuses.
      const againMs = Math.min(renewMs, this.#options.pollMs * safetyPollFactor * 2 ** subscription.unanswered);
      subscription.dueAt = Math.min(subscription.dueAt, this.#now() + againMs);
      subscription.unanswered += 1;
      this.#host.log.debug({ object: objectKey(object), err: error }, 'SubscribeCOV is not answered: polling');
    }
    if (!before || subscription.accepted) return;
    this.#host.log.warn({ object: objectKey(object) }, 'COV is offered no longer: polling');
    this.#lost(object);
  }

  async #asks(object: BACNetObjectID, confirmed: boolean): Promise<boolean> {
    try {
      await this.#client.subscribe(object, subscriberProcess, confirmed, this.#options.covLifetimeSeconds);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#host.log.debug({ object: objectKey(object), confirmed, err: error }, 'COV is refused: polling');
      return false;
    }
  }

  #now(): number {
    return this.#host.clock.monotonicMs();
  }
}
