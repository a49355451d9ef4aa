import type { Apdu } from './codec/frame.ts';
import { apduRetries, apduTimeoutMs } from './objects.ts';

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** Sends what the controller says of its own accord, and repeats what is to be confirmed and was not (clause 5.4.4.1). */
export class Notifier {
  readonly #send: (apdu: Apdu, to: Peer) => void;
  readonly #unacknowledged = new Map<number, NodeJS.Timeout>();
  #nextInvokeId = 0;

  constructor(send: (apdu: Apdu, to: Peer) => void) {
    this.#send = send;
  }

  unconfirmed(service: number, data: Buffer, to: Peer): void {
    this.#send({ type: 'unconfirmed-request', service, data }, to);
  }

  confirmed(service: number, data: Buffer, to: Peer): void {
    const invokeId = this.#nextInvokeId;
    this.#nextInvokeId = (invokeId + 1) % 256;
    const attempt = (retriesLeft: number) => {
      this.#send({ type: 'confirmed-request', invokeId, segmented: false, service, data }, to);
      const timer = setTimeout(() => {
        this.#unacknowledged.delete(invokeId);
        if (retriesLeft > 0) attempt(retriesLeft - 1);
      }, apduTimeoutMs);
      this.#unacknowledged.set(invokeId, timer);
    };
    attempt(apduRetries);
  }

  acknowledged(invokeId: number): void {
    clearTimeout(this.#unacknowledged.get(invokeId));
    this.#unacknowledged.delete(invokeId);
  }

  /** Gives up on everything that is still to be confirmed. */
  forget(): void {
    for (const timer of this.#unacknowledged.values()) clearTimeout(timer);
    this.#unacknowledged.clear();
  }
}
