import type { Clock } from '../../src/domain/clock.ts';
import { serviceTarget } from './addresses.ts';
import type { SoapClient, Write } from './client.ts';
import type { Target } from './http.ts';
import { lifetimeOf } from './notifications.ts';
import type { Subscription } from './notifications.ts';
import type { EndpointReference } from './requests.ts';
import type { Element } from './xml.ts';

/** Asked for; the camera may grant less. Long enough to need few renewals, short enough that one left behind goes soon. */
export const LIFETIME_SECONDS = 600;
/** Leaving is a courtesy: nobody waits long for it. */
const GOODBYE_MS = 1_000;
const RENEW_AGAIN_MS = 10_000;

interface Pace {
  /** How long one request may keep it from being renewed. */
  readonly busyMs: number;
  /** Renewed after so long although there is time left, to see whether it still stands. */
  readonly atLatestMs?: number;
}

/** A subscription at the camera, for as long as it is kept: renewed well before its end, given back. */
export class Lease {
  readonly reference: EndpointReference;
  /** Where its manager is asked. */
  readonly target: Target;
  readonly lifetimeMs: number | undefined;
  readonly #client: SoapClient;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #busyMs: number;
  readonly #atLatestMs: number;
  #renewAtMs: number;

  constructor(
    client: SoapClient,
    clock: Clock,
    signal: AbortSignal,
    { reference, lifetimeMs }: Subscription,
    { busyMs, atLatestMs = Infinity }: Pace,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.#signal = signal;
    this.reference = reference;
    this.target = serviceTarget(reference.address, client.options);
    this.lifetimeMs = lifetimeMs;
    // A camera that grants very little must not lose us while it holds a pull open.
    this.#atLatestMs = atLatestMs;
    this.#busyMs = Math.min(busyMs, (lifetimeMs ?? Infinity) / 3);
    this.#renewAtMs = this.#renewal(lifetimeMs);
  }

  /** How long it need not be renewed. */
  get leftMs(): number {
    return Math.max(0, this.#renewAtMs - this.#clock.monotonicMs());
  }

  /** Asks for every state; whether the camera will send them. Most do on subscribing anyhow (ONVIF Core, 9.1.1), and not all know this request. */
  synchronise(): Promise<boolean> {
    return this.ask((requests) => requests.setSynchronizationPoint(this.reference)).then(
      () => true,
      () => false,
    );
  }

  /** Renews when most of its time is over. @throws as the request does; it is due again soon then. */
  async renewIfDue(): Promise<void> {
    if (this.leftMs > 0) return;
    this.#renewAtMs = this.#clock.monotonicMs() + RENEW_AGAIN_MS;
    const reply = await this.ask((requests) => requests.renew(this.reference, LIFETIME_SECONDS));
    this.#renewAtMs = this.#renewal(lifetimeOf(reply));
  }

  /** Gives back this subscription, never another. Never throws: it may be gone already (500 ResourceUnknown), or the camera is. */
  async unsubscribe(): Promise<void> {
    await this.#client.ask(this.target, (requests) => requests.unsubscribe(this.reference), { deadlineMs: GOODBYE_MS }).catch(() => undefined);
  }

  ask(write: Write): Promise<Element> {
    return this.#client.ask(this.target, write, { signal: this.#signal });
  }

  /** At four fifths, but early enough that a pull and the request itself fit in before the end. */
  #renewal(lifetimeMs = LIFETIME_SECONDS * 1_000): number {
    const latest = lifetimeMs - this.#busyMs - this.#client.options.timeoutMs;
    return this.#clock.monotonicMs() + Math.min(this.#atLatestMs, Math.max(lifetimeMs / 3, Math.min(lifetimeMs * 0.8, latest)));
  }
}
