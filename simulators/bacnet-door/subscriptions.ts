import type { ObjectId } from './codec/elements.ts';
import { encodeElements } from './codec/elements.ts';
import type { ObjectDatabase } from './objects.ts';
import { covProperties } from './objects.ts';
import { encodeCovNotification } from './codec/services.ts';
import type { SubscribeRequest } from './codec/services.ts';
import { confirmedServices, unconfirmedServices } from './numbers.ts';
import type { Notifier, Peer } from './notifier.ts';

interface Subscription {
  readonly peer: Peer;
  readonly process: number;
  readonly object: ObjectId;
  readonly confirmed: boolean;
  /** 0: for ever. */
  readonly expiresAt: number;
  lastSent: string;
}

/** Change-of-value reporting (ASHRAE 135-2020, clause 13.1): who is told of what. */
export class Subscriptions {
  readonly #objects: ObjectDatabase;
  readonly #device: number;
  readonly #notifier: Notifier;
  readonly #byKey = new Map<string, Subscription>();

  constructor(objects: ObjectDatabase, device: number, notifier: Notifier) {
    this.#objects = objects;
    this.#device = device;
    this.#notifier = notifier;
  }

  get count(): number {
    return this.#byKey.size;
  }

  /** How many of them are this peer's. */
  countOf({ address, port }: Peer): number {
    return [...this.#byKey.values()].filter(({ peer }) => peer.address === address && peer.port === port).length;
  }

  /** Takes, renews or cancels a subscription. The caller acknowledges, then calls `changed` for the first notification (clause 13.14.2). */
  subscribe({ process, object, terms }: SubscribeRequest, peer: Peer): void {
    const key = `${peer.address}:${peer.port}/${process}/${object.type}:${object.instance}`;
    if (terms === undefined) {
      this.#byKey.delete(key);
      return;
    }
    const { confirmed, lifetimeSeconds } = terms;
    const expiresAt = lifetimeSeconds === 0 ? 0 : Date.now() + lifetimeSeconds * 1000;
    this.#byKey.set(key, { peer, process, object, confirmed, expiresAt, lastSent: '' });
  }

  /** Tells each subscriber whose object has changed since it was last told. */
  changed(): void {
    for (const [key, subscription] of this.#byKey) {
      if (subscription.expiresAt !== 0 && subscription.expiresAt < Date.now()) this.#byKey.delete(key);
      else this.#notifyIfChanged(subscription);
    }
  }

  /** A restart loses them all. */
  forget(): void {
    this.#byKey.clear();
  }

  #notifyIfChanged(subscription: Subscription): void {
    const { object, process, confirmed, expiresAt, peer } = subscription;
    const values = (covProperties[object.type] ?? []).map((property) => ({ property, values: this.#objects.read(object, { property }) }));
    const content = encodeElements(values.flatMap((each) => each.values)).toString('hex');
    if (content === subscription.lastSent) return;
    subscription.lastSent = content;
    const secondsRemaining = expiresAt === 0 ? 0 : Math.max(1, Math.round((expiresAt - Date.now()) / 1000));
    const data = encodeCovNotification({ process, device: this.#device, object, secondsRemaining, values });
    if (confirmed) this.#notifier.confirmed(confirmedServices.covNotification, data, peer);
    else this.#notifier.unconfirmed(unconfirmedServices.covNotification, data, peer);
  }
}
