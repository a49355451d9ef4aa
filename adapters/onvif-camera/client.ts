import type { Clock } from '../../src/domain/clock.ts';
import { HttpAuthentication } from './authentication.ts';
import { MalformedReply, SoapFault, isRefusal } from './errors.ts';
import { post } from './http.ts';
import type { HttpReply, Target } from './http.ts';
import type { RequestWriter, SoapRequest } from './requests.ts';
import { readReply } from './soap.ts';
import type { Trust } from './tls.ts';
import type { Element } from './xml.ts';

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  /** Where it is asked over HTTPS. */
  readonly tls?: Trust;
  readonly username: string;
  readonly password: string;
  /** Basic authentication is not answered: nobody has vouched for the host yet. */
  readonly neverInClear?: true;
  /** The own address from which it is asked; the system's choice if absent. */
  readonly localAddress?: string;
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

/** Cameras lock accounts: a password that was refused twice and never taken is not sent again. */
const MAX_REFUSALS = 2;

/** Asks one camera: sends a request, answers a demand for HTTP authentication, reads the reply. */
export class SoapClient {
  readonly options: ClientOptions;
  readonly #clock: Clock;
  readonly #requests: RequestWriter;
  readonly #malformed: (frame: string, reason: string) => void;
  readonly #authentication: HttpAuthentication;
  #refusals = 0;
  #accepted = false;

  constructor(options: ClientOptions, clock: Clock, requests: RequestWriter, malformed: (frame: string, reason: string) => void) {
    this.options = options;
    this.#clock = clock;
    this.#requests = requests;
    this.#malformed = malformed;
    this.#authentication = new HttpAuthentication(options);
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
    if (reply.status !== 401 || !this.#authentication.challenged(reply.challenges)) return reply;
    this.#requests.leaveCredentialsOut();
    return this.#postOnce(target, write, patience);
  }

  async #postOnce(target: Target, write: Write, { extraMs = 0, deadlineMs, signal }: Patience): Promise<HttpReply> {
    const { action, envelope, signed } = write(this.#requests);
    const authorization = this.#authentication.headers('POST', target.path);
    const withCredentials = signed || 'Authorization' in authorization;
    if (withCredentials && this.#refusals >= MAX_REFUSALS && !this.#accepted) {
      throw new SoapFault(['NotAuthorized'], `refused ${this.#refusals} times; not tried again`, 401);
    }
    const headers = { 'Content-Type': `application/soap+xml; charset=utf-8; action="${action}"`, ...authorization };
    const limits = { clock: this.#clock, deadlineMs: deadlineMs ?? this.options.timeoutMs + extraMs, ...(signal && { signal }) };
    const reply = await post(target, headers, envelope, limits);
    if (withCredentials && !this.#accepted) this.#judge(reply);
    return reply;
  }

  /** What is refused later is refused for want of rights, not for a wrong password. */
  #judge({ status, body }: HttpReply): void {
    try {
      readReply(status, body);
      this.#accepted = true;
    } catch (error) {
      if (isRefusal(error)) this.#refusals += 1;
    }
  }
}
