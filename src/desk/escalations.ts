import { randomUUID } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { Contact, EscalationPolicy } from '../domain/escalation.ts';
import type { Incident } from '../domain/incident.ts';
import { backOffMs, GIVE_UP_AFTER_MS } from '../escalation/back-off.ts';
import type { Due, Escalation } from '../escalation/escalation.ts';
import { isWaiting, step } from '../escalation/escalation.ts';
import { signedHeaders } from '../escalation/signature.ts';
import { GATEWAY } from '../incidents/life-cycle.ts';
import type { BookWriter } from '../store/book-writer.ts';
import type { Message, Outbox } from '../store/outbox.ts';

/** Somebody in the chain, with the reference of the secret that signs what is sent there. */
type SecretContact<Secret> = Contact & { readonly secret: Secret };

export interface EscalationsOptions<Secret> {
  readonly policy: Omit<EscalationPolicy, 'chain'> & { readonly chain: readonly SecretContact<Secret>[] };
  readonly book: BookWriter;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly readSecret: (reference: Secret) => Promise<string>;
  readonly random: () => number;
  readonly siteId: string;
}

const AT_ONCE = 8;
const DEADLINE_MS = 10_000;

/** Escalations at work: looks at the clock, writes what is due to the outbox, and sends it until it is taken or somebody acknowledges. */
export class Escalations<Secret> {
  readonly #options: EscalationsOptions<Secret>;
  readonly #known = new Map<string, Escalation | undefined>();
  readonly #sending = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: EscalationsOptions<Secret>) {
    this.#options = options;
  }

  /** Once a second, and at each change of an incident, so that an acknowledgement withdraws at once. */
  tick(): void {
    for (const incident of [...this.#options.book.incidents.values()]) this.#step(incident);
    this.#send();
  }

  /** Resolves when nothing is being sent; what is not delivered waits for the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#sending.values());
  }

  #step(incident: Incident): void {
    const { policy, outbox, clock } = this.#options;
    const at = clock.now();
    const before = this.#known.has(incident.id) ? this.#known.get(incident.id) : outbox.get(incident.id);
    this.#known.set(incident.id, before);
    const { escalation, due } = step(policy, before, incident, at);
    if (escalation === before || (before === undefined && !isWaiting(incident))) return;
    const messages = due.flatMap((each) => this.#message(each, incident));
    outbox.save(
      escalation,
      messages,
      at,
      due.some(({ type }) => type === 'stop'),
    );
    this.#known.set(incident.id, escalation);
    for (const each of due) this.#remark(incident.id, wordsOf(each, policy));
  }

  #message(due: Due, { id, kind, title, reason, priority, openedAt, point, areas }: Incident): Pick<Message, 'id' | 'contact' | 'body'>[] {
    const contact = due.type === 'notify' ? this.#options.policy.chain[due.contact] : undefined;
    if (contact === undefined) return [];
    const data = {
      site: this.#options.siteId,
      incident: id,
      kind,
      title,
      reason,
      priority,
      openedAt: new Date(openedAt).toISOString(),
      point,
      areas,
    };
    const timestamp = new Date(this.#options.clock.now()).toISOString();
    return [{ id: `msg_${randomUUID()}`, contact: contact.name, body: JSON.stringify({ type: 'incident.unacknowledged', timestamp, data }) }];
  }

  #send(): void {
    const { outbox, clock } = this.#options;
    if (this.#stop.signal.aborted) return;
    for (const message of outbox.due(clock.now(), AT_ONCE)) {
      if (this.#sending.has(message.id)) continue;
      this.#sending.set(
        message.id,
        this.#attempt(message).finally(() => this.#sending.delete(message.id)),
      );
    }
  }

  async #attempt(message: Message): Promise<void> {
    const { policy, outbox, clock, random, book } = this.#options;
    const contact = policy.chain.find(({ name }) => name === message.contact);
    if (contact === undefined) {
      outbox.attempted(message.id, 'withdrawn', clock.now());
      return;
    }
    const failure = await this.#post(contact, message);
    if (failure === undefined) {
      outbox.attempted(message.id, 'delivered', clock.now());
      this.#remark(message.incident, `told ${contact.name}`);
      return;
    }
    // The gateway is stopping: the message is sent by the next start.
    if (this.#stop.signal.aborted) return;
    const over = clock.now() - message.createdAt > GIVE_UP_AFTER_MS;
    outbox.attempted(message.id, over ? 'given-up' : 'waiting', clock.now() + backOffMs(message.attempts + 1, random()));
    if (message.attempts === 0 && book.incidents.has(message.incident))
      this.#remark(message.incident, `cannot reach ${contact.name}, tries again`, failure);
    if (over) this.#remark(message.incident, `gave up reaching ${contact.name}`, failure);
  }

  /** Why it was not taken; undefined where it was. Neither the address nor the secret is part of it. */
  async #post(contact: SecretContact<Secret>, { id, body, incident }: Message): Promise<string | undefined> {
    const { readSecret, clock, book } = this.#options;
    try {
      const headers = signedHeaders(id, Math.floor(clock.now() / 1000), body, await readSecret(contact.secret));
      // Somebody may have acknowledged while the secret was read.
      const current = book.incidents.get(incident);
      if (current === undefined || !isWaiting(current)) return 'it was acknowledged';
      const response = await fetch(contact.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        redirect: 'error',
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(DEADLINE_MS)]),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `it answered with status ${response.status}`;
    } catch (error) {
      return error instanceof TypeError ? 'it cannot be reached' : (error as Error).message;
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
      return `reminds: nobody has acknowledged it within ${due.seconds} s`;
    case 'notify':
      return `escalates to ${chain[due.contact]?.name ?? 'the next in the chain'}`;
    case 'resolve-late':
      return `notes that it is not resolved within ${due.minutes} min`;
    case 'stop':
      return 'ends the escalation';
  }
}
