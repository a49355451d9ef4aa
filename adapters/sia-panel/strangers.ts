import type { AdapterHost } from '../../src/adapter/contract.ts';
import { RepeatKeys } from './repeat-keys.ts';
import { strangerSignals } from './signals.ts';
import type { Message } from './signals.ts';

const complaintEveryMs = 60_000;
/** So many are named; whoever can reach the port could name any number. */
const mostNamed = 8;

/**
 * Accounts that the site does not know. SIA DC-03 has a receiver report them ("XA, extra account report") rather than refuse
 * them, and each may bring an alarm: so they are journalled, shown on the receiver's own point, acknowledged, and named in its detail.
 */
export class Strangers {
  readonly #host: AdapterHost;
  readonly #repeatKeys: RepeatKeys;
  readonly #named = new Set<string>();
  #complainedAt = -Infinity;
  #detail = '';

  constructor(host: AdapterHost) {
    this.#host = host;
    this.#repeatKeys = new RepeatKeys(host.clock);
  }

  /** Tells that the receiver stands; `detail` leads what is said of it from now on. */
  announce(detail: string): void {
    this.#detail = detail;
    this.#host.online(detail);
  }

  /** Journals everything in a stranger's message. @throws when the journal cannot take it. */
  async take(message: Message): Promise<void> {
    const { account, raw } = message;
    const signals = strangerSignals(message, this.#host.device.id, this.#repeatKeys);
    for (const signal of signals) await this.#host.report(signal);
    if (signals.length === 0) await this.complain(account, 'an account that is not configured sends supervision polls', Buffer.from(raw, 'latin1'));
    this.#name(account);
  }

  /** At most once a minute for all strangers together: whoever can reach the port could fill the journal otherwise. */
  async complain(account: string, words: string, bytes: Buffer): Promise<void> {
    this.#name(account);
    const now = this.#host.clock.monotonicMs();
    if (now - this.#complainedAt < complaintEveryMs) return;
    const raw = bytes.toString('latin1');
    await this.#host.report({ kind: 'panel.message', point: this.#host.device.id, phase: 'momentary', details: { account, words }, raw });
    this.#complainedAt = now;
  }

  #name(account: string): void {
    if (this.#named.has(account) || this.#named.size >= mostNamed) return;
    this.#named.add(account);
    this.#host.online(this.#detail, `messages from accounts that the site does not know: ${[...this.#named].join(', ')}`);
  }
}
