import { randomUUID } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { reminderWords } from '../domain/escalation.ts';
import type { EscalationPolicy } from '../domain/escalation.ts';
import type { Incident } from '../domain/incident.ts';
import { backOffMs, GIVE_UP_AFTER_MS } from '../escalation/back-off.ts';
import type { Channel } from '../escalation/channel.ts';
import type { Due, DueBy, Escalation } from '../escalation/escalation.ts';
import { dueBy, isWaiting, step } from '../escalation/escalation.ts';
import { GATEWAY } from '../incidents/life-cycle.ts';
import type { BookWriter } from '../store/book-writer.ts';
import type { Attempt, Message, Outbox } from '../store/outbox.ts';

export interface EscalationsOptions {
  readonly policy: EscalationPolicy;
  /** The way to each of the chain, by name. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly book: BookWriter;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: () => number;
}

const AT_ONCE = 8;

interface Sending {
  readonly incident: string;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Escalations at work: looks at the clock, writes what is due to the outbox, and sends it until it is taken or somebody acknowledges. */
export class Escalations {
  readonly #options: EscalationsOptions;
  readonly #known = new Map<string, Escalation | undefined>();
  readonly #sending = new Map<string, Sending>();
  /** By contact: why the latest attempt failed. */
  readonly #unreachable = new Map<string, string>();
  /** By message: what became of an attempt, while it could not be written. Nobody is told twice because the disk is full. */
  readonly #unwritten = new Map<string, Attempt>();
  #storeFails = false;
  #closed = false;

  constructor(options: EscalationsOptions) {
    this.#options = options;
    for (const { contact, problem } of options.outbox.failing()) this.#unreachable.set(contact, problem);
  }

  /** Once a second, and at each change of an incident, so that an acknowledgement withdraws at once. */
  tick(): void {
    try {
      this.#write();
      for (const incident of [...this.#options.book.incidents.values()]) this.#step(incident);
      this.#send();
      this.#storeFails = false;
    } catch {
      // The health banner says so, and the next second tries again.
      this.#storeFails = true;
    }
  }

  /** Until when somebody should act on an incident; undefined for one that the book does not hold. */
  dueBy(id: string): DueBy | undefined {
    const { book, policy, outbox } = this.#options;
    const incident = book.incidents.get(id);
    return incident && dueBy(policy, this.#known.get(id) ?? outbox.get(id), incident);
  }

  /** Who of the chain could not be told at the latest attempt, in sentences. */
  problems(): readonly string[] {
    return [
      ...(this.#storeFails ? ['escalations cannot be written: nobody is told of incidents that wait; look at the disk'] : []),
      ...[...this.#unreachable].map(([contact, problem]) => `${contact} cannot be told of incidents: ${problem}`),
    ];
  }

  /** Resolves when nothing is being sent; what is not delivered waits for the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { stop } of this.#sending.values()) stop.abort();
    await Promise.all([...this.#sending.values()].map(({ done }) => done));
  }

  #step(incident: Incident): void {
    const { policy, outbox, clock } = this.#options;
    const at = clock.now();
    const before = this.#known.has(incident.id) ? this.#known.get(incident.id) : outbox.get(incident.id);
    this.#known.set(incident.id, before);
    const { escalation, due } = step(policy, before, incident, at);
    if (escalation === before || (before === undefined && !isWaiting(incident))) return;
    const stops = due.some(({ type }) => type === 'stop');
    outbox.save(
      escalation,
      due.flatMap((each) => this.#message(each, incident)),
      at,
      stops,
    );
    this.#known.set(incident.id, escalation);
    // What is on its way to somebody need not arrive any more.
    if (stops) for (const sending of this.#sending.values()) if (sending.incident === incident.id) sending.stop.abort();
    for (const each of due) this.#remark(incident.id, wordsOf(each, policy));
  }

  #message(due: Due, incident: Incident): Pick<Message, 'id' | 'contact' | 'body'>[] {
    const { policy, channels } = this.#options;
    const contact = due.type === 'notify' ? policy.chain[due.contact]?.name : undefined;
    const channel = contact === undefined ? undefined : channels.get(contact);
    if (contact === undefined || channel === undefined) return [];
    return [{ id: `msg_${randomUUID()}`, contact, body: channel.compose(incident) }];
  }

  #send(): void {
    const { outbox, clock } = this.#options;
    if (this.#closed) return;
    for (const message of outbox.due(clock.now(), AT_ONCE)) {
      if (this.#sending.has(message.id) || this.#unwritten.has(message.id)) continue;
      const stop = new AbortController();
      const done = this.#attempt(message, stop.signal).finally(() => this.#sending.delete(message.id));
      this.#sending.set(message.id, { incident: message.incident, stop, done });
    }
  }

  async #attempt(message: Message, signal: AbortSignal): Promise<void> {
    const { channels, clock, random, book } = this.#options;
    const { id, contact, incident, attempts, createdAt } = message;
    const channel = channels.get(contact);
    if (channel === undefined) {
      this.#settle(id, { state: 'withdrawn', nextAt: clock.now() });
      return;
    }
    try {
      await channel.send(message, signal);
    } catch (error) {
      // Somebody has acknowledged, or the gateway is stopping and the next start sends it.
      if (signal.aborted) return;
      const problem = (error as Error).message;
      const over = clock.now() - createdAt > GIVE_UP_AFTER_MS;
      this.#unreachable.set(contact, problem);
      this.#settle(id, { state: over ? 'given-up' : 'waiting', nextAt: clock.now() + backOffMs(attempts + 1, random()), problem });
      if (attempts === 0 && book.incidents.has(incident)) this.#remark(incident, `cannot reach ${contact}, tries again`, problem);
      if (over) this.#remark(incident, `gave up reaching ${contact}`, problem);
      return;
    }
    this.#unreachable.delete(contact);
    this.#settle(id, { state: 'delivered', nextAt: clock.now() });
    this.#remark(incident, `told ${contact}`);
  }

  #settle(id: string, attempt: Attempt): void {
    this.#unwritten.set(id, attempt);
    try {
      this.#write();
    } catch {
      this.#storeFails = true;
    }
  }

  #write(): void {
    for (const [id, attempt] of this.#unwritten) {
      this.#options.outbox.attempted(id, attempt);
      this.#unwritten.delete(id);
    }
  }

  #remark(incident: string, what: string, note?: string): void {
    const { book, clock } = this.#options;
    book.apply({ type: 'remark', remark: { incident, by: GATEWAY, at: clock.now(), what, ...(note !== undefined && { note }) } });
  }
}

function wordsOf(due: Due, { chain }: EscalationPolicy): string {
  switch (due.type) {
    case 'remind':
      return reminderWords(due.seconds);
    case 'notify':
      return `escalates to ${chain[due.contact]?.name ?? 'the next in the chain'}`;
    case 'resolve-late':
      return `notes that it is not resolved within ${due.minutes} min`;
    case 'stop':
      return 'ends the escalation';
  }
}
