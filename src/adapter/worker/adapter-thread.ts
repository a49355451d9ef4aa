import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Clock } from '../../domain/clock.ts';
import { aborted } from '../aborted.ts';
import type { AdapterHost, Connection, DiscoverOptions, DiscoveredDevice } from '../contract.ts';
import { Attempt } from './attempt.ts';
import { Calls } from './calls.ts';
import { fromErrorMessage, toErrorMessage } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { FromThread, ToThread } from './messages.ts';
import { withoutSecrets } from './redact.ts';

/** What one adapter may take. */
export interface ThreadLimits {
  /** Of its heap, and of its buffers as well. */
  readonly memoryMb: number;
  /** How long it may not answer. */
  readonly silentSeconds: number;
  /** How long it may take to load. */
  readonly loadSeconds: number;
}

export interface ThreadOptions {
  /** The adapter's name, for people. */
  readonly name: string;
  /** Address of the module that exports the adapter as `default`. */
  readonly module: string;
  readonly limits: ThreadLimits;
  readonly clock: Clock;
  readonly log: Logger;
}

/** All that an adapter sees of the environment: a secret is had through the host alone. */
const SHARED_ENVIRONMENT = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'NODE_ENV', 'NODE_EXTRA_CA_CERTS'] as const;

/** One life of an adapter's thread. When it ends, for whatever reason, so do all attempts that ran in it. */
export class AdapterThread {
  /** Why it has ended; undefined while it lives. */
  ended: Error | undefined;
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #heartbeat: Heartbeat;
  readonly #attempts = new Map<number, Attempt>();
  readonly #searches = new Calls();
  readonly #cancelLoading: () => void;
  #lastAttempt = 0;

  constructor(options: ThreadOptions) {
    const { clock, limits, module } = options;
    this.#options = options;
    this.#worker = new Worker(new URL('entry.mjs', import.meta.url), {
      workerData: { module },
      // The entry registers what is needed; what the gateway itself was started with does not concern the thread.
      execArgv: [],
      env: sharedEnvironment(),
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb },
    });
    this.#heartbeat = new Heartbeat(
      clock,
      limits.silentSeconds,
      () => this.#post({ type: 'ping' }),
      () => void this.end(new Error(`the adapter did not answer for ${limits.silentSeconds} s`)),
    );
    this.#cancelLoading = clock.after(limits.loadSeconds * 1000, () => {
      void this.end(new Error(`the adapter was not loaded within ${limits.loadSeconds} s`));
    });
    this.#worker.on('message', (message: FromThread) => this.#take(message));
    this.#worker.on('error', (error: unknown) => void this.end(this.#crash(error)));
    this.#worker.on('exit', (code) => void this.end(new Error(`the adapter's thread ended itself with code ${code}`)));
  }

  async connect(options: unknown, host: AdapterHost): Promise<Connection> {
    if (this.ended !== undefined) throw this.ended;
    this.#lastAttempt += 1;
    const attempt = new Attempt(this.#lastAttempt, options, host, (message) => this.#post(message));
    this.#attempts.set(this.#lastAttempt, attempt);
    return attempt.connection;
  }

  /** A search whose signal has aborted goes on in the thread until that is ended. */
  async discover({ signal, clock: _clock, ...request }: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
    if (this.ended !== undefined) throw this.ended;
    const secrets = new Set(request.account === undefined ? [] : [request.account.password]);
    const search = this.#searches.make((call) => this.#post({ type: 'discover', call, request }));
    try {
      const found = await Promise.race([search, aborted(signal).then(() => Promise.reject(signal.reason as Error))]);
      return withoutSecrets(secrets, found as readonly DiscoveredDevice[]);
    } catch (error) {
      throw fromErrorMessage(withoutSecrets(secrets, toErrorMessage(error)));
    }
  }

  /** Ends the thread wherever it is, a loop without end included; resolves when it is gone. */
  async end(reason: Error): Promise<void> {
    if (this.ended === undefined) {
      this.ended = reason;
      this.#cancelLoading();
      this.#heartbeat.stop();
      for (const attempt of this.#attempts.values()) attempt.end(reason);
      this.#attempts.clear();
      this.#searches.rejectAll(reason);
    }
    await this.#worker.terminate();
  }

  #take(message: FromThread): void {
    // What was under way when the thread was ended is of no use any more.
    if (this.ended !== undefined) return;
    switch (message.type) {
      case 'ready':
        this.#cancelLoading();
        this.#heartbeat.start();
        break;
      case 'pong':
        this.#heartbeat.answered();
        if (message.bufferBytes > this.#options.limits.memoryMb * 2 ** 20) void this.end(this.#tooLarge());
        break;
      case 'discovered':
        this.#searches.settle(message.call, message.outcome);
        break;
      case 'stray':
        this.#options.log.error(
          { adapter: this.#options.name, err: fromErrorMessage(message.error) },
          'a promise was rejected that nobody waited for',
        );
        break;
      default:
        if (this.#attempts.get(message.attempt)?.take(message)) this.#attempts.delete(message.attempt);
    }
  }

  #crash(error: unknown): Error {
    if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') return this.#tooLarge();
    this.#options.log.error({ adapter: this.#options.name, err: error }, 'an adapter has crashed');
    return new Error(`the adapter crashed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }

  #tooLarge(): Error {
    return new Error(`the adapter needed more than ${this.#options.limits.memoryMb} MB of memory`);
  }

  #post(message: ToThread): void {
    if (this.ended === undefined) this.#worker.postMessage(message);
  }
}

function sharedEnvironment(): Record<string, string> {
  return Object.fromEntries(SHARED_ENVIRONMENT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
