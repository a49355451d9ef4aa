import type { Clock } from '../../src/domain/clock.ts';
import type { EventHealth } from './event-health.ts';
import type { EventContext } from './event-source.ts';
import type { Lease } from './lease.ts';
import { owesStates } from './owed-states.ts';

/** How often every state is asked for again. */
const EVERY_MS = 5 * 60_000;
/** How long the camera may take to send them. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * Whether a subscription delivers. Some cameras renew one for ever and send nothing by it: so all states are asked for now and then, and a subscription that
 * once brought something and now does not is of no use any more; nor is one that brings nothing from the start although the camera says that it has states.
 * The question also brings what was lost on the way.
 */
export class Pulse {
  readonly #context: EventContext;
  readonly #clock: Clock;
  readonly #lease: Lease;
  readonly #health: EventHealth;
  readonly #topics: readonly string[];
  #askAtMs: number;
  #askedAtMs: number | undefined;

  constructor(context: EventContext, lease: Lease) {
    this.#context = context;
    this.#clock = context.host.clock;
    this.#lease = lease;
    this.#health = context.health;
    this.#topics = context.options.topics;
    this.#askAtMs = this.#clock.monotonicMs() + EVERY_MS;
  }

  /** The first states were waited for: whether the camera had taken the question for them, and whether it has sent anything. */
  began(asked: boolean, brought: boolean): void {
    this.#health.stands(this.#topics, brought);
    if (!asked || brought || this.#health.expects(this.#topics)) return;
    this.#health.isUnsure(this.#topics);
    this.#askedAtMs = this.#clock.monotonicMs();
  }

  /** Something came. */
  heard(): void {
    this.#askedAtMs = undefined;
    this.#health.heard(this.#topics);
  }

  /** To be called after each wait for messages. @throws Error when nothing at all came although every state was asked for. */
  async check(): Promise<void> {
    const now = this.#clock.monotonicMs();
    if (this.#askedAtMs !== undefined && now - this.#askedAtMs >= ANSWER_WITHIN_MS) await this.#unanswered();
    if (this.#askedAtMs !== undefined || now < this.#askAtMs || !this.#health.expects(this.#topics)) return;
    this.#askAtMs = now + EVERY_MS;
    if (await this.#lease.synchronise()) this.#askedAtMs = this.#clock.monotonicMs();
  }

  async #unanswered(): Promise<void> {
    if (this.#health.expects(this.#topics) || (await owesStates(this.#context, this.#topics))) {
      this.#health.expect(this.#topics);
      throw new Error('the camera keeps the subscription and sends nothing by it');
    }
    this.#askedAtMs = undefined;
    this.#health.isQuiet(this.#topics);
  }
}
