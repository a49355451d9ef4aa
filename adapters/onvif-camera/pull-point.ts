import type { Clock } from '../../src/domain/clock.ts';
import { serviceTarget } from './addresses.ts';
import type { SoapClient, Write } from './client.ts';
import type { Target } from './http.ts';
import { lifetimeOf, readNotifications, readSubscription } from './notifications.ts';
import type { ReadNotification, Subscription } from './notifications.ts';
import type { EndpointReference } from './requests.ts';
import type { Element } from './xml.ts';

/** Asked for; the camera may grant less. Long enough to outlast a journal that fails for a while, short enough that one left behind goes soon. */
const LIFETIME_SECONDS = 600;
/** In one reply; the camera sends the rest with the next. */
const MESSAGE_LIMIT = 100;
/** Leaving is a courtesy: nobody waits long for it. */
const GOODBYE_MS = 1_000;

/** One pull point at the camera (ONVIF Core, 9.1): made, pulled, renewed well before its end, given back. */
export class PullPoint {
  readonly #client: SoapClient;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #reference: EndpointReference;
  readonly #target: Target;
  #renewAtMs: number;
  readonly #pullMs: number;

  private constructor(client: SoapClient, clock: Clock, signal: AbortSignal, subscription: Subscription, pullMs: number) {
    this.#client = client;
    this.#clock = clock;
    this.#signal = signal;
    this.#reference = subscription.reference;
    this.#target = serviceTarget(subscription.reference.address, client.options);
    // A camera that grants very little must not lose us while it holds a pull open.
    this.#pullMs = Math.max(1_000, Math.min(pullMs, (subscription.lifetimeMs ?? Infinity) / 3));
    this.#renewAtMs = this.#renewal(subscription.lifetimeMs);
  }

  /** CreatePullPointSubscription and SetSynchronizationPoint. `pullMs`: how long the camera may hold a pull open. */
  static async create(client: SoapClient, clock: Clock, signal: AbortSignal, events: Target, pullMs: number): Promise<PullPoint> {
    const subscription = await client.read(events, (requests) => requests.createPullPoint(LIFETIME_SECONDS), readSubscription, { signal });
    const pullPoint = new PullPoint(client, clock, signal, subscription, pullMs);
    // Most cameras send every property anyhow (Core, 9.1.1), and not all know this request.
    await pullPoint.#ask((requests) => requests.setSynchronizationPoint(pullPoint.#reference)).catch(() => undefined);
    return pullPoint;
  }

  /** One pull; the camera answers as soon as there is something, or with nothing after `waitMs` (as configured, if absent). */
  pull(waitMs = this.#pullMs): Promise<ReadNotification[]> {
    const write: Write = (requests) => requests.pullMessages(this.#reference, Math.ceil(waitMs / 1_000), MESSAGE_LIMIT);
    return this.#client.read(this.#target, write, readNotifications, { signal: this.#signal, extraMs: waitMs });
  }

  /** Renews when most of its time is over. To be called between pulls. */
  async renewIfDue(): Promise<void> {
    if (this.#clock.monotonicMs() < this.#renewAtMs) return;
    const reply = await this.#ask((requests) => requests.renew(this.#reference, LIFETIME_SECONDS));
    this.#renewAtMs = this.#renewal(lifetimeOf(reply));
  }

  /** Gives back this subscription, never another. Never throws: it may be gone already (500 ResourceUnknown), or the camera is. */
  async unsubscribe(): Promise<void> {
    await this.#client.ask(this.#target, (requests) => requests.unsubscribe(this.#reference), { deadlineMs: GOODBYE_MS }).catch(() => undefined);
  }

  #ask(write: Write): Promise<Element> {
    return this.#client.ask(this.#target, write, { signal: this.#signal });
  }

  /** At four fifths, but early enough that a pull and the request itself fit in before the end. */
  #renewal(lifetimeMs = LIFETIME_SECONDS * 1_000): number {
    const latest = lifetimeMs - this.#pullMs - this.#client.options.timeoutMs;
    return this.#clock.monotonicMs() + Math.max(lifetimeMs / 3, Math.min(lifetimeMs * 0.8, latest));
  }
}
