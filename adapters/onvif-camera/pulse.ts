import type { Clock } from '../../src/domain/clock.ts';
import type { EventHealth } from './event-health.ts';
import type { Lease } from './lease.ts';

/** How often every state is asked for again. */
const EVERY_MS = 5 * 60_000;
/** How long the camera may take to send them. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * Whether a subscription still delivers. Some cameras renew one for ever and send nothing by it: so all states are asked for now and then, and a subscription
 * that once brought something and now does not is of no use any more. It also brings what was lost on the way.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #lease: Lease;
  readonly #health: EventHealth;
  readonly #topics: readonly string[];
  #askAtMs: number;
  #askedAtMs: number | undefined;

  constructor(clock: Clock, lease: Lease, health: EventHealth, topics: readonly string[]) {
    this.#clock = clock;
    this.#lease = lease;
    this.#health = health;
    this.#topics = topics;
    this.#askAtMs = clock.monotonicMs() + EVERY_MS;
  }

  /** The first states were asked for and waited for. */
  began(brought: boolean): void {
    this.#health.stands(this.#topics, brought);
  }

  /** Something came. */
  heard(): void {
    this.#askedAtMs = undefined;
    this.#health.heard(this.#topics);
  }

  /** To be called after each wait for messages. @throws Error when nothing at all came although every state was asked for. */
  async check(): Promise<void> {
    const now = this.#clock.monotonicMs();
    if (this.#askedAtMs !== undefined && now - this.#askedAtMs >= ANSWER_WITHIN_MS)
      throw new Error('the camera keeps the subscription and sends nothing by it');
    if (this.#askedAtMs !== undefined || now < this.#askAtMs || !this.#health.hasSpoken(this.#topics)) return;
    this.#askAtMs = now + EVERY_MS;
    if (await this.#lease.synchronise()) this.#askedAtMs = this.#clock.monotonicMs();
  }
}
