import { randomBytes } from 'node:crypto';
import type { Message, Topic } from './topics.ts';

const subscriptionLimit = 10;
const queueLimit = 100;

/** A client's subscription: what it has not got yet, and who is to be woken when there is something. */
export interface Subscription {
  readonly name: string;
  readonly topics: readonly Topic[];
  /** By the camera's clock, milliseconds since 1970. */
  terminatesAt: number;
  queue: Message[];
  /** Kept and renewed as any other, but nothing is sent by it. */
  mute: boolean;
  /** Ends the wait of the PullMessages that is being answered, or starts a post. */
  wake: (() => void) | undefined;
}

/** All subscriptions of a camera, and the properties that they report. */
export class Subscriptions {
  readonly topics: readonly Topic[];
  readonly #now: () => number;
  readonly #neverRestores: boolean;
  readonly #all = new Map<string, Subscription>();
  readonly #values = new Map<string, string>();
  /** What becomes of subscriptions that are made now. */
  #mute = false;

  /** @param now the camera's clock, milliseconds since 1970. `neverRestores`: keeps it to itself when a property becomes false. */
  constructor(now: () => number, topics: readonly Topic[], neverRestores = false) {
    this.#now = now;
    this.topics = topics;
    this.#neverRestores = neverRestores;
    for (const { key, initially } of topics) if (initially !== undefined) this.#values.set(key, initially);
  }

  /** Sets a property; a change goes to every subscription that wants it. @throws Error when the device has no such property. */
  set(key: string, value: string | boolean): void {
    const topic = this.#topic(key);
    const text = String(value);
    if (this.#values.get(key) === text) return;
    this.#values.set(key, text);
    if (this.#neverRestores && text === 'false') return;
    this.#tellAll({ topic, operation: 'Changed', data: [[topic.data[0]?.[0] ?? '', text]], at: this.#now() });
  }

  /** Tells what happened and has no end. @throws Error when the device has no such event. */
  tell(key: string, data: Message['data']): void {
    this.#tellAll({ topic: this.#topic(key), operation: undefined, data, at: this.#now() });
  }

  /** The value of a property. */
  value(key: string): string {
    return this.#values.get(key) ?? '';
  }

  /** A new subscription, with the present states as its first messages; undefined when there are too many. */
  create(topics: readonly Topic[], terminatesAt: number): Subscription | undefined {
    this.#expire();
    if (this.#all.size >= subscriptionLimit) return undefined;
    const subscription: Subscription = { name: randomBytes(8).toString('hex'), topics, terminatesAt, queue: [], mute: this.#mute, wake: undefined };
    this.#all.set(subscription.name, subscription);
    this.synchronise(subscription);
    return subscription;
  }

  /** Sends the present states again (ONVIF Core clause 9.7, SetSynchronizationPoint). */
  synchronise(subscription: Subscription): void {
    for (const topic of this.topics) {
      const value = this.#values.get(topic.key);
      if (value === undefined) continue;
      this.#deliver(subscription, { topic, operation: 'Initialized', data: [[topic.data[0]?.[0] ?? '', value]], at: this.#now() });
    }
  }

  /** undefined when it never was, was ended or has expired. */
  find(name: string): Subscription | undefined {
    this.#expire();
    return this.#all.get(name);
  }

  end(subscription: Subscription): void {
    this.#all.delete(subscription.name);
    subscription.wake?.();
  }

  /** Forgets every subscription; whoever waits is answered. */
  lose(): void {
    for (const subscription of [...this.#all.values()]) this.end(subscription);
  }

  /** Sends nothing by the present subscriptions any more; `newToo`: nor by later ones. */
  fallMute(newToo: boolean): void {
    this.#mute = newToo;
    for (const subscription of this.#all.values()) subscription.mute = true;
  }

  /** Subscriptions that are made now bring what they should. */
  speak(): void {
    this.#mute = false;
  }

  /** Answers whoever waits. */
  wakeAll(): void {
    for (const subscription of this.#all.values()) subscription.wake?.();
  }

  get size(): number {
    this.#expire();
    return this.#all.size;
  }

  #topic(key: string): Topic {
    const topic = this.topics.find((each) => each.key === key);
    if (topic === undefined) throw new Error(`this camera does not tell "${key}": it has ${this.topics.map((each) => each.key).join(', ')}`);
    return topic;
  }

  #tellAll(message: Message): void {
    for (const subscription of this.#all.values()) this.#deliver(subscription, message);
  }

  #deliver(subscription: Subscription, message: Message): void {
    if (subscription.mute || !subscription.topics.includes(message.topic)) return;
    subscription.queue.push(message);
    // The oldest give way: a client that does not pull must not fill the camera's memory.
    if (subscription.queue.length > queueLimit) subscription.queue.shift();
    subscription.wake?.();
  }

  #expire(): void {
    for (const subscription of [...this.#all.values()]) if (subscription.terminatesAt <= this.#now()) this.end(subscription);
  }
}

/**
 * Waits until the subscription has messages, for at most `timeoutMs`, and takes up to `limit` of them. A second wait on the same subscription ends the first.
 * Without messages: the time passed, the subscription was ended, or `gone` aborted.
 */
export async function pull(subscription: Subscription, timeoutMs: number, limit: number, gone: AbortSignal): Promise<Message[]> {
  if (subscription.queue.length === 0 && timeoutMs > 0) {
    subscription.wake?.();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        gone.removeEventListener('abort', done);
        if (subscription.wake === done) subscription.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      gone.addEventListener('abort', done);
      subscription.wake = done;
    });
  }
  // What a client that hung up did not get stays for its next pull.
  return gone.aborted ? [] : subscription.queue.splice(0, limit);
}
