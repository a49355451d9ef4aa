import { pino } from 'pino';
import type { Level } from 'pino';
import type { AdapterHost, CameraFacet, Connection, FoundRecording } from '../contract.ts';
import { Calls, outcomeOf } from './calls.ts';
import { fromErrorMessage, toErrorMessage } from './errors.ts';
import type { Answer, FacetCall, FromAttempt, ToThread } from './messages.ts';
import { parseWithout, withoutSecrets } from './redact.ts';

interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** One connection attempt, in the gateway's thread: what the adapter's thread says of it reaches the supervisor's host. */
export class Attempt {
  readonly connection: Promise<Connection>;
  readonly #number: number;
  readonly #host: AdapterHost;
  readonly #post: (message: ToThread) => void;
  readonly #calls = new Calls();
  readonly #secrets = new Set<string>();
  readonly #done: Promise<void>;
  #connecting!: Settle<Connection>;
  #running!: Settle<void>;

  constructor(attempt: number, options: unknown, host: AdapterHost, post: (message: ToThread) => void) {
    this.#number = attempt;
    this.#host = host;
    this.#post = post;
    this.connection = new Promise((resolve, reject) => (this.#connecting = { resolve, reject }));
    this.#done = new Promise((resolve, reject) => (this.#running = { resolve, reject }));
    // Nobody waits for the end of a link that was never made.
    this.#done.catch(() => undefined);
    const { device, points, log, signal, readOnly } = host;
    signal.addEventListener('abort', this.#abort, { once: true });
    post({ type: 'connect', attempt, options, device, points, readOnly, logLevel: log.level });
  }

  /** Handles what the thread says; true when it was the last word. */
  take(message: FromAttempt | Answer): boolean {
    const host = this.#host;
    switch (message.type) {
      case 'reports':
        for (const { call, signal } of message.reports) this.#answer(call, host.report(signal));
        break;
      case 'secret':
        this.#answer(message.call, this.#secret(message.reference));
        break;
      case 'answer':
        this.#calls.settle(message.call, message.outcome);
        break;
      case 'online':
        host.online(message.detail, message.attention);
        break;
      case 'malformed':
        host.malformed(message.frame, message.reason);
        break;
      case 'log':
        this.#log(message.line);
        break;
      case 'connected':
        this.#connecting.resolve(this.#connectionWith(message));
        break;
      case 'ended':
        this.end(message.error && fromErrorMessage(withoutSecrets(this.#secrets, message.error)));
        return true;
    }
    return false;
  }

  /** The attempt is over: it failed, or its thread has ended (`error`), or it ended because it was told to. */
  end(error: Error | undefined): void {
    this.#host.signal.removeEventListener('abort', this.#abort);
    this.#calls.rejectAll(error ?? new Error('the link is over'));
    this.#connecting.reject(error ?? new Error('the adapter ended the link before it stood'));
    if (error === undefined) this.#running.resolve();
    else this.#running.reject(error);
  }

  readonly #abort = (): void => this.#post({ type: 'abort', attempt: this.#number, reason: toErrorMessage(this.#host.signal.reason) });

  #connectionWith({ doors, recordings, cameras: methods }: Extract<FromAttempt, { type: 'connected' }>): Connection {
    const use = (what: FacetCall) => this.#calls.make((call) => this.#post({ type: 'use', attempt: this.#number, call, what }));
    return {
      done: this.#done,
      ...(doors && {
        doors: {
          command: async (door, command) => {
            await use({ facet: 'doors', door, command });
          },
        },
      }),
      ...(recordings && { recordings: { find: (...given) => use({ facet: 'recordings', with: given }) as Promise<FoundRecording> } }),
      ...(methods.length > 0 && {
        cameras: Object.fromEntries(
          methods.map((method) => [method, (...given: readonly unknown[]) => use({ facet: 'cameras', method, with: given })]),
        ) as unknown as CameraFacet,
      }),
    };
  }

  #answer(call: number, result: Promise<unknown>): void {
    void outcomeOf(result).then((outcome) => this.#post({ type: 'answer', attempt: this.#number, call, outcome }));
  }

  async #secret(reference: Parameters<AdapterHost['secret']>[0]): Promise<string> {
    const value = await this.#host.secret(reference);
    this.#secrets.add(value);
    return value;
  }

  #log(line: string): void {
    const { level, msg, ...fields } = parseWithout(this.#secrets, line) as { level: number; msg?: string };
    this.#host.log[(pino.levels.labels[level] ?? 'info') as Level](fields, msg);
  }
}
