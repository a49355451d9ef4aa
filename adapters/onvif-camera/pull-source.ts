import { pause } from '../../src/domain/clock.ts';
import type { Write } from './client.ts';
import { takeAll } from './event-source.ts';
import type { EventContext, EventSource } from './event-source.ts';
import { LIFETIME_SECONDS, Lease } from './lease.ts';
import { readNotifications } from './notifications.ts';
import type { ReadNotification } from './notifications.ts';
import { Pulse } from './pulse.ts';
import { makeSubscription } from './subscribing.ts';

/** While the states are read, the camera need not wait for more. */
const FIRST_PULL_MS = 1_000;
const MAX_FIRST_PULLS = 20;
/** A camera that answers at once with nothing would be asked without end. */
const HASTY_MS = 500;
/** In one reply; the camera sends the rest with the next. */
const MESSAGE_LIMIT = 100;

/**
 * Events by pull point (ONVIF Core, 9.1). The next pull is made when everything of the last one has been offered to the journal. While that is full it goes on,
 * so that what happens is seen: a pull point acknowledges nothing, and a gateway that is started anew makes another, so nothing is kept by leaving it there.
 */
export class PullSource implements EventSource {
  readonly #context: EventContext;
  readonly #lease: Lease;
  readonly #pulse: Pulse;
  readonly #pullMs: number;

  private constructor(context: EventContext, lease: Lease) {
    this.#context = context;
    this.#lease = lease;
    this.#pulse = new Pulse(context, lease);
    this.#pullMs = Math.max(1_000, Math.min(context.options.pullSeconds * 1_000, (lease.lifetimeMs ?? Infinity) / 3));
  }

  /** Makes a pull point and reads every state. @throws whatever went wrong; no subscription is left behind then. */
  static async create(context: EventContext): Promise<PullSource> {
    const { client, host, signal, events, options } = context;
    const subscription = await makeSubscription(client, events, options.topics, signal, (requests, topics) =>
      requests.createPullPoint(LIFETIME_SECONDS, topics),
    );
    const lease = new Lease(client, host.clock, signal, subscription, { busyMs: options.pullSeconds * 1_000 });
    const source = new PullSource(context, lease);
    const asked = await lease.synchronise();
    try {
      let brought = false;
      for (let round = 0; round < MAX_FIRST_PULLS; round += 1) {
        const messages = await source.#pull(FIRST_PULL_MS);
        await takeAll(messages, context);
        brought ||= messages.length > 0;
        if (!messages.some((message) => 'operation' in message && message.operation === 'Initialized')) break;
      }
      source.#pulse.began(asked, brought);
      return source;
    } catch (error) {
      await source.end();
      throw error;
    }
  }

  async next(): Promise<void> {
    const { clock } = this.#context.host;
    await this.#lease.renewIfDue();
    const askedAtMs = clock.monotonicMs();
    const messages = await this.#pull(this.#pullMs);
    if (messages.length > 0) {
      this.#pulse.heard();
      await takeAll(messages, this.#context);
    } else if (clock.monotonicMs() - askedAtMs < HASTY_MS) await pause(clock, 1_000, this.#context.signal);
    await this.#pulse.check();
  }

  end(): Promise<void> {
    return this.#lease.unsubscribe();
  }

  /** The camera answers as soon as there is something, or with nothing after `waitMs`. */
  #pull(waitMs: number): Promise<ReadNotification[]> {
    const { client, signal } = this.#context;
    const write: Write = (requests) => requests.pullMessages(this.#lease.reference, Math.ceil(waitMs / 1_000), MESSAGE_LIMIT);
    return client.read(this.#lease.target, write, readNotifications, { signal, extraMs: waitMs });
  }
}
