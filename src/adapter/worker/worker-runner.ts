import { pause } from '../../domain/clock.ts';
import { backOffMs } from '../back-off.ts';
import type { AdapterHost, Connection, DiscoverOptions, DiscoveredDevice } from '../contract.ts';
import type { AdapterRunner } from '../runner.ts';
import { AdapterThread } from './adapter-thread.ts';
import type { ThreadLimits, ThreadOptions } from './adapter-thread.ts';

export const defaultLimits: ThreadLimits = { memoryMb: 256, silentSeconds: 5, loadSeconds: 45 };

/** A thread that lived this long did not end because of how it started. */
const HEALTHY_MS = 60_000;

/**
 * Runs an adapter, with all of its devices, in a thread of its own: what it throws, leaks or loops in harms nobody else. A thread that has ended is
 * started again by the next connection attempt; one that keeps ending waits longer each time.
 */
export class WorkerRunner implements AdapterRunner {
  readonly #options: ThreadOptions;
  #thread: AdapterThread | undefined;
  #startedAtMs = 0;
  #failures = 0;
  #starting: Promise<AdapterThread> | undefined;
  readonly #closing = new AbortController();

  constructor(options: Omit<ThreadOptions, 'limits'> & { readonly limits?: ThreadLimits }) {
    this.#options = { limits: defaultLimits, ...options };
  }

  async connect(options: unknown, host: AdapterHost): Promise<Connection> {
    const thread = await this.#running();
    host.signal.throwIfAborted();
    return thread.connect(options, host);
  }

  async discover(options: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
    const thread = await this.#running();
    options.signal.throwIfAborted();
    return thread.discover(options);
  }

  async close(): Promise<void> {
    const reason = new Error('the gateway is stopping');
    this.#closing.abort(reason);
    await this.#starting?.catch(() => undefined);
    await this.#thread?.end(reason);
  }

  #running(): Promise<AdapterThread> {
    if (this.#thread !== undefined && this.#thread.ended === undefined) return Promise.resolve(this.#thread);
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #start(): Promise<AdapterThread> {
    const { clock, log, name } = this.#options;
    if (this.#thread !== undefined) {
      const livedMs = clock.monotonicMs() - this.#startedAtMs;
      this.#failures = livedMs > HEALTHY_MS ? 1 : this.#failures + 1;
      log.error({ adapter: name, reason: this.#thread.ended?.message }, 'the thread of an adapter is started again');
      await pause(clock, backOffMs(this.#failures, 0), this.#closing.signal);
    }
    this.#closing.signal.throwIfAborted();
    this.#startedAtMs = clock.monotonicMs();
    this.#thread = new AdapterThread(this.#options);
    return this.#thread;
  }
}
