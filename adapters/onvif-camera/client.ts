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

/** Writes one request with fresh credentials. */
export type Write = (requests: RequestWriter) => SoapRequest;

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

  /** Sends what `write` writes and returns the content of the reply's body; throws as `read` does. */
  ask(target: Target, write: Write, patience: Patience = {}): Promise<Element> {
    return this.read(target, write, (content) => content, patience);
  }

  /**
   * Sends what `write` writes (anew for each attempt: credentials are used once) and returns what `interpret` makes of the body's content;
   * `text` is the whole reply, for evidence.
   * @throws LinkError, SoapFault, or MalformedReply, which has been counted by then.
   */
  async read<T>(target: Target, write: Write, interpret: (content: Element, text: string) => T, patience: Patience = {}): Promise<T> {
    try {
      const { status, body } = await this.#send(target, write, patience);
      return interpret(readReply(status, body), body);
    } catch (error) {
      if (error instanceof MalformedReply) this.#malformed(error.frame, error.message);
      throw error;
    }
  }

  async #send(target: Target, write: Write, patience: Patience): Promise<HttpReply> {
    const reply = await this.#postOnce(target, write, patience);
    // ONVIF Core, 5.9.1: a camera asks for HTTP Digest by 401. Also when the nonce of the last time has grown stale.
    const challenge = reply.status === 401 ? chooseChallenge(reply.challenges) : undefined;
    if (challenge === undefined) return reply;
    this.#challenge = challenge;
    this.#uses = 0;
    this.#requests.leaveCredentialsOut();
    return this.#postOnce(target, write, patience);
  }

  #postOnce(target: Target, write: Write, { extraMs = 0, deadlineMs, signal }: Patience): Promise<HttpReply> {
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
