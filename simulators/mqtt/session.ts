import type { Publication } from './codec.ts';
import { matches, publish } from './codec.ts';

/** How many messages may be on their way to a client without its PUBACK. */
const IN_FLIGHT = 20;
const LONGEST_QUEUE = 10_000;

interface Outgoing {
  readonly publication: Publication;
  readonly id: number;
  sent: boolean;
}

/** What a broker keeps of one client (3.1.2.4): its subscriptions, and with QoS 1 what it has not acknowledged. */
export class Session {
  readonly subscriptions = new Map<string, number>();
  /** How many publications with QoS 1 the client acknowledged, by topic. */
  readonly acknowledged = new Map<string, number>();
  #send: ((bytes: Buffer) => void) | undefined;
  #outgoing: Outgoing[] = [];
  #lastId = 0;

  /** Messages that wait for the client or its acknowledgement. */
  get waiting(): number {
    return this.#outgoing.length;
  }

  /** 4.4: with the connection, what was sent and not acknowledged is sent again, marked as duplicate. */
  attach(send: (bytes: Buffer) => void): void {
    this.#send = send;
    for (const each of this.#outgoing) if (each.sent) send(publish(each.publication, each.id, true));
    this.#pump();
  }

  detach(): void {
    this.#send = undefined;
  }

  /** Delivers what one of the subscriptions matches; once, with the highest QoS that was granted (3.3.5). */
  deliver(publication: Publication): void {
    const granted = [...this.subscriptions].filter(([filter]) => matches(filter, publication.topic)).map(([, qos]) => qos);
    if (granted.length > 0) this.queue({ ...publication, qos: Math.min(publication.qos, Math.max(...granted)) === 0 ? 0 : 1, retain: false });
  }

  queue(publication: Publication): void {
    if (publication.qos === 0) {
      this.#send?.(publish(publication, 0, false));
      return;
    }
    if (this.#outgoing.length >= LONGEST_QUEUE) return;
    this.#lastId = (this.#lastId % 0xffff) + 1;
    this.#outgoing.push({ publication, id: this.#lastId, sent: false });
    this.#pump();
  }

  puback(id: number): void {
    const taken = this.#outgoing.find((each) => each.id === id && each.sent);
    if (taken === undefined) return;
    const { topic } = taken.publication;
    this.acknowledged.set(topic, (this.acknowledged.get(topic) ?? 0) + 1);
    this.#outgoing = this.#outgoing.filter((each) => each !== taken);
    this.#pump();
  }

  #pump(): void {
    const send = this.#send;
    if (send === undefined) return;
    for (const each of this.#outgoing.slice(0, IN_FLIGHT)) {
      if (each.sent) continue;
      each.sent = true;
      send(publish(each.publication, each.id, false));
    }
  }
}
