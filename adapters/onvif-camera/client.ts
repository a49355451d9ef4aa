import type { Clock } from '../../src/domain/clock.ts';
import { authorization, chooseChallenge } from './digest.ts';
import type { DigestChallenge } from './digest.ts';
import { MalformedReply } from './errors.ts';
import { post } from './http.ts';
import type { HttpReply, Target } from './http.ts';
import type { RequestWriter, SoapRequest } from './requests.ts';
import { readReply } from './soap.ts';
import type { Element } from './xml.ts';

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly timeoutMs: number;
}

export interface Patience {
  /** How long the camera may take beyond the usual time-out, for a long poll. */
  readonly extraMs?: number;
  /** Instead of the usual time-out, for what is only worth a short try. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks one camera: sends a request, answers a demand for HTTP Digest, reads the reply. */
export class SoapClient {
  readonly options: ClientOptions;
  readonly #clock: Clock;
  readonly #requests: RequestWriter;
  readonly #malformed: (frame: string, reason: string) => void;
  #challenge: DigestChallenge | undefined;
  #uses = 0;

  constructor(options: ClientOptions, clock: Clock, requests: RequestWriter, malformed: (frame: string, reason: string) => void) {
    this.options = options;
    this.#clock = clock;
    this.#requests = requests;
    this.#malformed = malformed;
  }

  /**
   * Sends what `write` writes (anew for each attempt: credentials are used once) and returns the content of the reply's body.
   * @throws LinkError, SoapFault, or MalformedReply, which has been counted by then.
   */
  async ask(target: Target, write: (requests: RequestWriter) => SoapRequest, patience: Patience = {}): Promise<Element> {
    return (await this.askForText(target, write, patience)).content;
  }

  /** As `ask`, with the text of the reply, for evidence. */
  async askForText(target: Target, write: (requests: RequestWriter) => SoapRequest, patience: Patience): Promise<{ content: Element; text: string }> {
    try {
      const { status, body } = await this.#send(target, write, patience);
      return { content: readReply(status, body), text: body };
    } catch (error) {
      if (error instanceof MalformedReply) this.#malformed(error.frame, error.message);
      throw error;
    }
  }

  async #send(target: Target, write: (requests: RequestWriter) => SoapRequest, patience: Patience): Promise<HttpReply> {
    const reply = await this.#postOnce(target, write, patience);
    // ONVIF Core, 5.9.1: a camera asks for HTTP Digest by 401. Also when the nonce of the last time has grown stale.
    const challenge = reply.status === 401 ? chooseChallenge(reply.challenges) : undefined;
    if (challenge === undefined) return reply;
    this.#challenge = challenge;
    this.#uses = 0;
    this.#requests.leaveCredentialsOut();
    return this.#postOnce(target, write, patience);
  }

  #postOnce(target: Target, write: (requests: RequestWriter) => SoapRequest, { extraMs = 0, deadlineMs, signal }: Patience): Promise<HttpReply> {
    const { action, envelope } = write(this.#requests);
    const headers = { 'Content-Type': `application/soap+xml; charset=utf-8; action="${action}"`, ...this.#authorization(target) };
    const limits = { clock: this.#clock, deadlineMs: deadlineMs ?? this.options.timeoutMs + extraMs, ...(signal && { signal }) };
    return post(target, headers, envelope, limits);
  }

  #authorization(target: Target): Record<string, string> {
    if (this.#challenge === undefined) return {};
    this.#uses += 1;
    const { username, password } = this.options;
    return { Authorization: authorization(this.#challenge, { method: 'POST', uri: target.path, username, password, count: this.#uses }) };
  }
}
