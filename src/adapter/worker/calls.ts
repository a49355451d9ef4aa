import { fromErrorMessage, toErrorMessage } from './errors.ts';
import type { Outcome } from './messages.ts';

/** An adapter that reports without waiting must not fill the gateway's memory. */
const MOST_WAITING = 10_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls to the other thread that wait for their answers. */
export class Calls {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** `send` posts the call with its number. @throws Error when too many wait already, or what the other thread answered. */
  make(send: (call: number) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= MOST_WAITING) throw new Error(`${MOST_WAITING} calls wait for their answers already`);
      this.#last += 1;
      send(this.#last);
      this.#waiting.set(this.#last, { resolve, reject });
    });
  }

  settle(call: number, outcome: Outcome): void {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (outcome.ok) waiting?.resolve(outcome.value);
    else waiting?.reject(fromErrorMessage(outcome.error));
  }

  /** Nothing will be answered any more. */
  rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** How a call ended, for the other thread. Never rejects. */
export function outcomeOf(result: Promise<unknown>): Promise<Outcome> {
  return result.then(
    (value) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error: toErrorMessage(error) }),
  );
}
