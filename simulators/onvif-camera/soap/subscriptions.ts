import { randomBytes } from 'node:crypto';
import { cameraStates } from './topics.ts';
import type { CameraState, Message } from './topics.ts';

const subscriptionLimit = 10;
const queueLimit = 100;

/** A client's pull point: what it has not fetched yet, and whether it is waiting. */
export interface Subscription {
  readonly name: string;
  readonly states: readonly CameraState[];
  /** By the camera's clock, milliseconds since 1970. */
  terminatesAt: number;
  queue: Message[];
  /** Ends the wait of the PullMessages that is being answered. */
  wake: (() => void) | undefined;
}

/** All pull points of a camera, and the states that they report. */
export class Subscriptions {
  readonly #now: () => number;
  readonly #all = new Map<string, Subscription>();
  readonly #values: Record<CameraState, boolean> = { motion: false, sceneChange: false, signalLoss: false };

  /** @param now the camera's clock, milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Sets a state; a change goes to every subscription that wants it. */
  set(state: CameraState, active: boolean): void {
    if (this.#values[state] === active) return;
    this.#values[state] = active;
    for (const subscription of this.#all.values()) this.#deliver(subscription, { state, active, operation: 'Changed', at: this.#now() });
  }

  /** A new subscription, with the present states as its first messages; undefined when there are too many. */
  create(states: readonly CameraState[], terminatesAt: number): Subscription | undefined {
    this.#expire();
    if (this.#all.size >= subscriptionLimit) return undefined;
    const subscription: Subscription = { name: randomBytes(8).toString('hex'), states, terminatesAt, queue: [], wake: undefined };
    this.#all.set(subscription.name, subscription);
    this.synchronise(subscription);
    return subscription;
  }

  /** Sends the present states again (ONVIF Core clause 9.7, SetSynchronizationPoint). */
  synchronise(subscription: Subscription): void {
    for (const state of cameraStates) this.#deliver(subscription, { state, active: this.#values[state], operation: 'Initialized', at: this.#now() });
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

  /** Answers whoever waits. */
  wakeAll(): void {
    for (const subscription of this.#all.values()) subscription.wake?.();
  }

  get size(): number {
    this.#expire();
    return this.#all.size;
  }

  #deliver(subscription: Subscription, message: Message): void {
    if (!subscription.states.includes(message.state)) return;
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
