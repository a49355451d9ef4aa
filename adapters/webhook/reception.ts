import type { IncomingMessage } from 'node:http';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { parseJson } from '../../src/adapter/mapping/json.ts';
import { one, signatureRefusal, tokenRefusal } from './authentication.ts';
import type { Inbox } from './inbox.ts';
import type { WebhookOptions } from './options.ts';

/** What a sender is told. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The secrets of a listener, read. */
export interface Secrets {
  readonly token?: string;
  readonly hmac?: string;
}

const RETRY_AFTER_SECONDS = 5;
const LONGEST_KEY = 255;

const refused = (status: number, error: string, headers?: Answer['headers']): Answer => ({ status, body: { error }, ...(headers && { headers }) });
const notKept = (error: string) => refused(503, error, { 'retry-after': String(RETRY_AFTER_SECONDS) });
const tooLarge = (limit: number) => refused(413, `the body is larger than ${limit} bytes`);

/** Decides what becomes of a request: from the cheapest check to the journal. */
export class Reception {
  readonly #options: WebhookOptions;
  readonly #secrets: Secrets;
  readonly #inbox: Inbox;
  readonly #host: AdapterHost;

  constructor(options: WebhookOptions, secrets: Secrets, inbox: Inbox, host: AdapterHost) {
    this.#options = options;
    this.#secrets = secrets;
    this.#inbox = inbox;
    this.#host = host;
  }

  /** @throws Error when the connection ends before the body does; there is nobody to answer then. */
  async answer(request: IncomingMessage): Promise<Answer> {
    const early = this.#beforeBody(request);
    if (early !== undefined) return early;
    const body = await readBody(request, this.#options.bodyLimitBytes);
    if (body === undefined) return tooLarge(this.#options.bodyLimitBytes);
    return this.#signatureAnswer(request, body) ?? (await this.#contentAnswer(request, body));
  }

  #beforeBody(request: IncomingMessage): Answer | undefined {
    const { path, bodyLimitBytes } = this.#options;
    const { headers, method, url } = request;
    if (url?.split('?')[0] !== path) return refused(404, 'there is nothing here');
    if (method !== 'POST') return refused(405, 'events are posted', { allow: 'POST' });
    const refusal = this.#secrets.token === undefined ? undefined : tokenRefusal(headers, this.#secrets.token);
    if (refusal !== undefined) return this.#unauthorized(request, refusal);
    if (!/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(headers['content-type'] ?? '')) return refused(415, 'the body must be application/json');
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
      return refused(415, 'the body must not be compressed');
    if (Number(headers['content-length'] ?? 0) > bodyLimitBytes) return tooLarge(bodyLimitBytes);
    return undefined;
  }

  #signatureAnswer(request: IncomingMessage, body: Buffer): Answer | undefined {
    if (this.#options.hmac === undefined) return undefined;
    const refusal = signatureRefusal(request.headers, body, this.#options.hmac, this.#secrets.hmac ?? '', this.#host.clock.now());
    return refusal === undefined ? undefined : this.#unauthorized(request, refusal);
  }

  async #contentAnswer({ headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const requestKey = one(headers, 'idempotency-key') ?? one(headers, 'webhook-id');
    if (requestKey !== undefined && requestKey.length > LONGEST_KEY)
      return refused(400, `the idempotency key has more than ${LONGEST_KEY} characters`);
    let content: unknown;
    try {
      content = parseJson(body);
    } catch (error) {
      this.#host.malformed(body, `not JSON: ${(error as Error).message}`);
      return refused(400, 'the body is not JSON');
    }
    this.#host.decoded?.({ name: 'request', content });
    const { signals, problems } = this.#inbox.read(content, plain(headers), requestKey);
    for (const problem of problems) this.#host.malformed(body, problem);
    if (signals.length === 0 && problems.length > 0 && !this.#host.readOnly)
      return { status: 422, body: { error: 'no mapping understands the body', problems } };
    try {
      await Promise.all(signals.map((signal) => this.#host.report(signal)));
    } catch {
      return notKept('the events could not be stored: send them again');
    }
    if (this.#host.readOnly) return notKept('nothing is kept here: send them again');
    return { status: 200, body: { accepted: signals.length, ...(problems.length > 0 && { problems }) } };
  }

  #unauthorized({ socket }: IncomingMessage, reason: string): Answer {
    this.#host.malformed('', `a request from ${socket.remoteAddress ?? 'somebody'} was refused: ${reason}`);
    return refused(401, reason, this.#options.token && { 'www-authenticate': 'Bearer' });
  }
}

/** The whole body, or undefined when it is larger than `limit` bytes; what is over the limit stays unread, so that an answer can still be sent. */
function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      request.pause();
      resolve(undefined);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

/** The headers as expressions see them. Secrets stay out. */
function plain(headers: IncomingMessage['headers']): Record<string, string> {
  const { authorization: _authorization, cookie: _cookie, ...rest } = headers;
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}
