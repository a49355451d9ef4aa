import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { DeviceSignal } from '../../src/domain/event.ts';

/** Signals that may wait for the journal before the link is given up: more than an hour of a door that chatters in every round. */
const LIMIT = 20_000;

interface Waiting {
  readonly signal: DeviceSignal;
  readonly accepted: () => void;
}

/** Signals on their way to the journal, in order; each stays until the journal has taken it. */
export class Outbox {
  readonly #host: AdapterHost;
  #waiting: Waiting[] = [];
  #refused = false;

  constructor(host: AdapterHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** `accepted` is called when the journal has taken the signal. @throws Error when too many wait. */
  add(signal: DeviceSignal, accepted: () => void = () => undefined): void {
    if (this.#waiting.length >= LIMIT) throw new Error(`${LIMIT} signals wait for the journal; the controller is read anew when it works again`);
    this.#waiting.push({ signal, accepted });
  }

  /** Reports what waits until the journal refuses one; that one is the first the next time. */
  async deliver(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        await this.#host.report(next.signal);
      } catch (error) {
        // Once, not in every round: the journal says for itself what is wrong with it.
        if (!this.#refused)
          this.#host.log.warn({ err: error }, 'the journal did not take a signal; it is reported again in every round until it does');
        this.#refused = true;
        return;
      }
      this.#refused = false;
      this.#waiting.shift();
      next.accepted();
    }
  }
}
