import { pause } from '../../src/domain/clock.ts';
import { MalformedReply } from './errors.ts';
import { takeAll } from './event-source.ts';
import type { EventContext, EventSource } from './event-source.ts';
import { LIFETIME_SECONDS, Lease } from './lease.ts';
import { readNotifications } from './notifications.ts';
import { openHook } from './notify-listener.ts';
import type { Hook } from './notify-listener.ts';
import { Pulse } from './pulse.ts';
import { readReply } from './soap.ts';
import { makeSubscription } from './subscribing.ts';

/** How long the camera may take to post the states that it has. */
const FIRST_POST_MS = 2_000;
/** A camera that has lost the subscription, after a reboot or by a fault of its own, says so when it is to be renewed, and not before. */
const RENEW_AFTER_MS = 30_000;

/**
 * Events by Basic Notification (WS-BaseNotification 1.3, 4.2): the camera posts them to us. Its post is answered when everything in it is on disk.
 * Whether a silent camera is still there, only its clock tells; whether it still knows us, only a renewal.
 */
export class NotifySource implements EventSource {
  readonly #context: EventContext;
  readonly #lease: Lease;
  readonly #hook: Hook;
  readonly #pulse: Pulse;

  private constructor(context: EventContext, lease: Lease, hook: Hook, pulse: Pulse) {
    this.#context = context;
    this.#lease = lease;
    this.#hook = hook;
    this.#pulse = pulse;
  }

  /** Opens the listener, subscribes and waits for the states. @throws whatever went wrong; nothing is left behind then. */
  static async create(context: EventContext, address: string): Promise<NotifySource> {
    const { client, host, signal, events, options } = context;
    const posted = new AbortController();
    let pulse: Pulse | undefined;
    const hook = await openHook(address, options.notifyPort, async (text) => {
      await takePost(text, context);
      posted.abort();
      pulse?.heard();
    });
    try {
      const subscription = await makeSubscription(client, events, options.topics, signal, (requests, topics) =>
        requests.subscribe(hook.url, LIFETIME_SECONDS, topics),
      );
      const lease = new Lease(client, host.clock, signal, subscription, { busyMs: 0, atLatestMs: RENEW_AFTER_MS });
      pulse = new Pulse(context, lease);
      const source = new NotifySource(context, lease, hook, pulse);
      const asked = await lease.synchronise();
      await pause(host.clock, FIRST_POST_MS, AbortSignal.any([signal, posted.signal])).catch(() => undefined);
      signal.throwIfAborted();
      pulse.began(asked, posted.signal.aborted);
      return source;
    } catch (error) {
      hook.close();
      throw error;
    }
  }

  async next(): Promise<void> {
    await pause(this.#context.host.clock, this.#lease.leftMs, this.#context.signal);
    await this.#lease.renewIfDue();
    await this.#pulse.check();
  }

  async end(): Promise<void> {
    this.#hook.close();
    await this.#lease.unsubscribe();
  }
}

async function takePost(text: string, context: EventContext): Promise<void> {
  try {
    const notify = readReply(200, text);
    if (notify.name !== 'Notify') throw new MalformedReply('what the camera posted is no notification', text);
    await takeAll(readNotifications(notify, text), context);
    await context.states.flushed();
  } catch (error) {
    if (error instanceof MalformedReply) context.host.malformed(text, error.message);
    throw error;
  }
}
