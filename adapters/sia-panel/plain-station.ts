import type { AdapterHost } from '../../src/adapter/contract.ts';
import type { Panel } from './panel.ts';
import { blockOf, decodePlain, plainAck } from './plain-contact-id.ts';
import type { PlainReport } from './plain-contact-id.ts';
import type { Message } from './signals.ts';
import type { Strangers } from './strangers.ts';

/** A panel repeats after seconds what was not acknowledged. The same report later than this is a new one. */
const repeatsWithinMs = 30_000;

interface Last {
  readonly text: string;
  /** When it came first, by our clock. */
  readonly firstAt: number;
  readonly heardAtMs: number;
}

/** Decides about each plain Contact ID report: what is reported, and whether it is acknowledged. */
export class PlainStation {
  readonly #host: AdapterHost;
  readonly #panels: ReadonlyMap<string, Panel>;
  readonly #strangers: Strangers;
  readonly #policy: 'checked' | 'unchecked' | 'off';
  readonly #last = new Map<string, Last>();

  /** `panels` by account, in capitals. */
  constructor(host: AdapterHost, panels: ReadonlyMap<string, Panel>, strangers: Strangers, policy: 'checked' | 'unchecked' | 'off') {
    this.#host = host;
    this.#panels = panels;
    this.#strangers = strangers;
    this.#policy = policy;
  }

  /** The acknowledgement of a report, once it is in the journal; undefined where there is to be none: the panel repeats. Never rejects. */
  async answer(bytes: Buffer): Promise<Buffer | undefined> {
    const report = decodePlain(bytes);
    const objection = report === undefined ? 'brackets without a Contact ID report' : this.#objection(report);
    if (report === undefined || objection !== undefined) {
      this.#host.malformed(bytes, objection ?? '');
      return undefined;
    }
    this.#host.decoded?.({ name: 'Contact ID', content: report });
    try {
      return await this.#take(report, bytes);
    } catch (error) {
      this.#host.log.warn({ err: error, account: report.account }, 'report left unacknowledged: it could not be journalled');
      return undefined;
    }
  }

  #objection({ account, check }: PlainReport): string | undefined {
    if (this.#policy === 'off') return `account ${account} sends Contact ID without the DC-09 envelope, which this receiver does not take`;
    if (this.#policy === 'unchecked' || check === 'right') return undefined;
    return `the check of a report by account ${account} is ${check}; should its panel count in a way of its own, set plainContactId: unchecked`;
  }

  async #take(report: PlainReport, bytes: Buffer): Promise<Buffer | undefined> {
    const account = report.account.toUpperCase();
    const panel = this.#panels.get(account);
    if (panel === undefined) {
      await this.#strangers.take(this.#message(report, bytes));
      return plainAck;
    }
    return panel.inTurn(async (handOn) => {
      if (panel.settings.requireEncryption) {
        const words = 'sends messages in clear although encryption is required';
        this.#host.malformed(bytes, `account ${account} ${words}`);
        await panel.complain(words, bytes.toString('latin1'));
        return undefined;
      }
      await panel.take(this.#message(report, bytes), handOn);
      return plainAck;
    });
  }

  /** The report as the DC-09 message that would say the same. */
  #message({ account, contactId, check }: PlainReport, bytes: Buffer): Message {
    const raw = bytes.toString('latin1');
    const name = account.toUpperCase();
    return {
      frame: { token: 'ADM-CID', encrypted: false, sequence: '0000', account: name, body: '' },
      account: name,
      body: { data: blockOf(contactId), extended: [] },
      arrivedAt: this.#host.clock.now(),
      raw,
      run: this.#run(name, raw),
      ...(check !== 'right' && { warning: `the check of the report is ${check}` }),
    };
  }

  /**
   * Reports carry no number: one that follows its equal at once is a repeat, anything else is news. The time of the first makes
   * the key unlike that of any other run, also after a restart.
   */
  #run(account: string, text: string): string {
    const nowMs = this.#host.clock.monotonicMs();
    const last = this.#last.get(account);
    const repeats = last !== undefined && last.text === text && nowMs - last.heardAtMs <= repeatsWithinMs;
    const firstAt = repeats ? last.firstAt : this.#host.clock.now();
    this.#last.delete(account);
    this.#last.set(account, { text, firstAt, heardAtMs: nowMs });
    // Whoever can reach the port may invent accounts: the oldest goes.
    const [oldest] = this.#last.keys();
    if (this.#last.size > this.#panels.size + 256 && oldest !== undefined) this.#last.delete(oldest);
    return `${firstAt}/${text}`;
  }
}
