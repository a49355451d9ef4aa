import type { AdapterHost } from '../../src/adapter/contract.ts';
import { decryptBody, withoutPadding } from './cipher.ts';
import type { AesKey } from './cipher.ts';
import { decodeBody, decodeFrame } from './frame.ts';
import type { Body, Envelope, Frame } from './frame.ts';
import type { Panel } from './panel.ts';
import { ack, duh, nak, replyTokens } from './replies.ts';
import type { Message } from './signals.ts';
import type { Strangers } from './strangers.ts';

const understoodTokens: ReadonlySet<string> = new Set(['SIA-DCS', 'ADM-CID', 'NULL']);

/** Decides about each frame: what is reported, and what is answered (ANSI/SIA DC-09-2013, 5.5.3). */
export class Station {
  readonly #host: AdapterHost;
  readonly #panels: ReadonlyMap<string, Panel>;
  readonly #strangers: Strangers;

  /** `panels` by account, in capitals. */
  constructor(host: AdapterHost, panels: ReadonlyMap<string, Panel>, strangers: Strangers) {
    this.#host = host;
    this.#panels = panels;
    this.#strangers = strangers;
  }

  /**
   * The answer to a frame, once everything in it is in the journal; undefined where there is to be none. Never rejects.
   * When the journal cannot take a signal the answer is silence, not DUH (5.5.3.3): every panel repeats what nobody
   * acknowledged, whereas DUH says that the message itself is of no use, and some panels then throw it away.
   */
  async answer(bytes: Buffer): Promise<Buffer | undefined> {
    const whole = readWhole(bytes);
    if ('fault' in whole) {
      // What is not whole gets no answer at all: the panel repeats it (5.5.3).
      this.#host.malformed(bytes, whole.fault);
      return undefined;
    }
    const { frame, envelope } = whole;
    try {
      const panel = this.#panels.get((frame.account ?? '').toUpperCase());
      return panel === undefined
        ? await this.#answerStranger(bytes, frame, envelope)
        : await panel.inTurn((handOn) => this.#answerPanel(panel, bytes, frame, envelope, handOn));
    } catch (error) {
      this.#host.log.warn(
        { err: error, account: frame.account, sequence: frame.sequence },
        'message left unacknowledged: it could not be journalled',
      );
      return undefined;
    }
  }

  async #answerPanel(panel: Panel, bytes: Buffer, frame: Frame, envelope: Envelope, handOn: () => void): Promise<Buffer | undefined> {
    const { key, account, requireEncryption } = panel.settings;
    const body = readBody(frame, key);
    const objection = !understoodTokens.has(frame.token)
      ? `sends ${frame.token}, which this receiver does not know`
      : requireEncryption && !frame.encrypted
        ? 'sends messages in clear although encryption is required'
        : body === undefined
          ? unreadable(frame, key)
          : undefined;
    if (objection !== undefined || body === undefined) {
      const words = objection ?? unreadable(frame, key);
      this.#host.malformed(bytes, `account ${account} ${words}`);
      await panel.complain(words, bytes.toString('latin1'));
      return duh(frame);
    }
    this.#show(frame, body);
    const message = this.#message(bytes, frame, envelope, account, body);
    if (!(await panel.timeIsAcceptable(message))) return nak(this.#host.clock.now());
    await panel.take(message, handOn);
    return ack(frame, this.#host.clock.now(), frame.encrypted ? key : undefined);
  }

  /** What is encrypted cannot be read without the account's key, so that gets a DUH (5.5.3.3). */
  async #answerStranger(bytes: Buffer, frame: Frame, envelope: Envelope): Promise<Buffer | undefined> {
    const account = frame.account ?? '';
    const body = understoodTokens.has(frame.token) ? readBody(frame, undefined) : undefined;
    if (body === undefined) {
      this.#host.malformed(bytes, `account ${account} is not configured, and its message cannot be read`);
      await this.#strangers.complain(account, 'an account that is not configured sends messages that cannot be read', bytes);
      return duh(frame);
    }
    this.#show(frame, body);
    await this.#strangers.take(this.#message(bytes, frame, envelope, account, body));
    return ack(frame, this.#host.clock.now(), undefined);
  }

  /** Also what is no event: a supervision poll (NULL, 5.5.2). */
  #show({ token, encrypted, sequence, account }: Frame, { data, extended, stamp }: Body): void {
    this.#host.decoded?.({ name: token, content: { account, sequence, encrypted, data, extended, stamp } });
  }

  #message(bytes: Buffer, frame: Frame, { lengthForm, lengthField }: Envelope, account: string, body: Body): Message {
    // The CRC has proved the frame whole, so a wrong length is only worth a note: real panels write it in decimal or not at all.
    const warning = lengthForm === 'hexadecimal' ? undefined : `length field ${lengthField} is ${lengthForm}`;
    return { frame, account, body, arrivedAt: this.#host.clock.now(), raw: bytes.toString('latin1'), ...(warning !== undefined && { warning }) };
  }
}

/** A message that came through whole, or why the bytes are none. */
function readWhole(bytes: Buffer): { readonly frame: Frame; readonly envelope: Envelope } | { readonly fault: string } {
  const decoded = decodeFrame(bytes);
  if (decoded.outcome === 'malformed') return { fault: decoded.reason };
  const { crcValid, crcField, crcComputed } = decoded.envelope;
  if (!crcValid) return { fault: `CRC ${crcField} instead of ${crcComputed}` };
  return replyTokens.has(decoded.frame.token) ? { fault: `${decoded.frame.token} is an answer, not a message` } : decoded;
}

/** The body in clear. Undefined where it cannot be read: without the right key an encrypted one has no `]` and time stamp at its end. */
function readBody(frame: Frame, key: AesKey | undefined): Body | undefined {
  if (!frame.encrypted) return decodeBody(frame.body);
  const clear = key === undefined ? undefined : decryptBody(frame.body, key);
  const body = clear === undefined ? undefined : decodeBody(withoutPadding(clear));
  // 5.5.1.8: the stamp is mandatory in an encrypted message.
  return body?.stamp === undefined ? undefined : body;
}

function unreadable({ encrypted }: Frame, key: AesKey | undefined): string {
  if (!encrypted) return 'sends messages whose brackets or time stamp are not as DC-09 has them';
  return key === undefined ? 'sends encrypted messages, but the site file gives no key for it' : 'cannot be deciphered: the AES key is likely wrong';
}
