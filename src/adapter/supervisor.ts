import type { Logger } from 'pino';
import type { Clock, EpochMs } from '../domain/clock.ts';
import { pause } from '../domain/clock.ts';
import type { DeviceSignal } from '../domain/event.ts';
import type { Device } from '../domain/site.ts';
import { backOffMs } from './back-off.ts';
import { ConfigurationError } from './contract.ts';
import type { AdapterHost, Connection, LinkState, ServedPoint } from './contract.ts';
import { MalformedFrames } from './malformed.ts';
import type { AdapterRunner } from './runner.ts';
import type { SecretReference } from './secret.ts';

/** A wrong password is not hammered (devices lock accounts), but a camera that was still booting must come back without a restart. */
const RETRY_FAILED_MS = 10 * 60 * 1000;
/** An adapter that has neither connected nor failed by then is taken to hang. */
const CONNECT_WITHIN_MS = 60_000;
const REPORT_AGAIN_MS = 1000;

export interface SupervisorOptions {
  /** Runs the device's adapter. */
  readonly runner: AdapterRunner;
  readonly device: Device;
  readonly points: readonly ServedPoint[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly report: (signal: DeviceSignal) => Promise<void>;
  readonly secret: (reference: SecretReference) => Promise<string>;
  /** Called at each change of the link and at each malformed frame. */
  readonly changed: () => void;
  /** In [0, 1); spreads the retries. */
  readonly random: () => number;
}

/** Keeps the link to one device: connects, watches, backs off, connects again, and tells intake of every blind interval. */
export class DeviceSupervisor {
  readonly device: Device;
  readonly malformed: MalformedFrames;
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #link: LinkState;
  #connection: Connection | undefined;
  #running: Promise<void> | undefined;
  /** When the gateway last knew that it could see the device; undefined while it can. */
  #blindSince: EpochMs | undefined;
  #offlineReported = false;
  /** Own events leave in their order, each until the journal has taken it. */
  #outbox: Promise<void> = Promise.resolve();
  #endWait: () => void = () => undefined;
  readonly #awaitingOutcome: ((link: LinkState) => void)[] = [];

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.device = options.device;
    this.malformed = new MalformedFrames(options.clock);
    this.#link = { state: 'connecting', since: options.clock.now(), attempt: 1 };
    this.#blindSince = options.clock.now();
  }

  get link(): LinkState {
    return this.#link;
  }

  /** The commands and cameras of the link, while it stands. */
  get connection(): Connection | undefined {
    return this.#link.state === 'online' ? this.#connection : undefined;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Makes the next attempt now rather than after the pause that is due. Resolves to the link as that attempt left it, or the one that
   * is under way; at once while the link stands or the gateway has stopped.
   */
  retryNow(): Promise<LinkState> {
    if (this.#link.state === 'online' || this.#link.state === 'stopped') return Promise.resolve(this.#link);
    const outcome = new Promise<LinkState>((resolve) => this.#awaitingOutcome.push(resolve));
    this.#endWait();
    return outcome;
  }

  /** Resolves when every handle of the device is released. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the gateway is stopping'));
    await this.#running;
    await this.#outbox;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      if (this.#link.state !== 'connecting') this.#setLink({ state: 'connecting', since: this.#options.clock.now(), attempt });
      const failure = await this.#attempt();
      if (failure === undefined) break;
      if (failure.wasOnline) attempt = 1;
      const delayMs = this.#lost(failure.error, attempt);
      await this.#waitToRetry(delayMs);
    }
    this.#setLink({ state: 'stopped', since: this.#options.clock.now() });
  }

  /** Until the pause is over, the gateway stops, or somebody wants an attempt now. */
  async #waitToRetry(delayMs: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    const waiting = new AbortController();
    this.#endWait = () => waiting.abort(new Error('no longer waited for'));
    signal.addEventListener('abort', this.#endWait, { once: true });
    await pause(this.#options.clock, delayMs, waiting.signal).catch(() => undefined);
    signal.removeEventListener('abort', this.#endWait);
  }

  /** One life of the link: undefined when the gateway stops, else why it ended. */
  async #attempt(): Promise<{ error: Error; wasOnline: boolean } | undefined> {
    const { runner, device, clock } = this.#options;
    const life = new AbortController();
    const endLife = () => life.abort(this.#stopping.signal.reason);
    this.#stopping.signal.addEventListener('abort', endLife, { once: true });
    const cancelDeadline = clock.after(CONNECT_WITHIN_MS, () => {
      if (this.#link.state === 'connecting') life.abort(new Error(`no connection within ${CONNECT_WITHIN_MS / 1000} s`));
    });
    try {
      this.#connection = await unlessAborted(runner.connect(device.options, this.#host(life.signal)), life.signal);
      await this.#connection.done;
      life.signal.throwIfAborted();
      throw new Error('the adapter ended the link without a reason');
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return undefined;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return { error, wasOnline: this.#link.state === 'online' };
    } finally {
      cancelDeadline();
      this.#stopping.signal.removeEventListener('abort', endLife);
      // Whatever the adapter left open when it threw hangs on this signal.
      life.abort(new Error('the link is over'));
      this.#connection = undefined;
    }
  }

  /** Records the loss; returns how long to wait before the next attempt, in milliseconds. */
  #lost(error: Error, attempt: number): number {
    const { clock, log, random } = this.#options;
    const now = clock.now();
    const permanent = error instanceof ConfigurationError;
    const delayMs = permanent ? RETRY_FAILED_MS : backOffMs(attempt, random());
    const firstOfItsKind = this.#link.state === 'online' || !this.#offlineReported;
    this.#blindSince ??= now;
    if (firstOfItsKind) {
      log.warn({ device: this.device.id, reason: error.message }, permanent ? 'device cannot be used as configured' : 'device offline');
      this.#offlineReported = true;
      this.#tell({
        kind: 'device.offline',
        point: this.device.id,
        phase: 'raised',
        details: { reason: error.message, offlineFrom: new Date(this.#blindSince).toISOString() },
      });
    }
    if (permanent) this.#setLink({ state: 'failed', since: now, reason: error.message });
    else this.#setLink({ state: 'offline', since: this.#blindSince, reason: error.message, retryAt: now + delayMs, attempt });
    return delayMs;
  }

  #online(detail: string | undefined, attention: string | undefined): void {
    const said = { ...(detail !== undefined && { detail }), ...(attention !== undefined && { attention }) };
    if (this.#link.state === 'online') {
      this.#setLink({ state: 'online', since: this.#link.since, ...said });
      return;
    }
    const now = this.#options.clock.now();
    const since = this.#blindSince;
    this.#blindSince = undefined;
    this.#setLink({ state: 'online', since: now, ...said });
    const restored = { kind: 'device.offline', point: this.device.id, phase: 'restored' } as const;
    if (!this.#offlineReported || since === undefined) {
      // The journal may still say "offline" from an earlier run; if it does not, this says nothing new.
      this.#tell({ ...restored, initial: true });
      return;
    }
    this.#offlineReported = false;
    this.#options.log.info({ device: this.device.id, blindForSeconds: Math.round((now - since) / 1000) }, 'device back online');
    // Intake adds the interval.
    this.#tell(restored);
  }

  #host(signal: AbortSignal): AdapterHost {
    const { device, points, clock, log, report, secret } = this.#options;
    return {
      device: { id: device.id, name: device.name },
      points,
      signal,
      clock,
      log: log.child({ device: device.id }),
      report: (deviceSignal) => (signal.aborted ? Promise.reject(new Error('the link is over')) : report(deviceSignal)),
      online: (detail, attention) => {
        if (!signal.aborted) this.#online(detail, attention);
      },
      malformed: (frame, reason) => this.#malformed(frame, reason),
      secret,
    };
  }

  #malformed(frame: Uint8Array | string, reason: string): void {
    const notice = this.malformed.add(frame, reason);
    this.#options.changed();
    if (notice === undefined) return;
    this.#options.log.warn({ device: this.device.id, reason, count: this.malformed.count }, 'malformed frame');
    this.#tell({
      kind: 'device.malformed',
      point: this.device.id,
      phase: 'momentary',
      details: { reason, count: this.malformed.count },
      raw: notice.frame,
    });
  }

  #tell(signal: DeviceSignal): void {
    const send = async () => {
      while (!this.#stopping.signal.aborted) {
        const taken = await this.#options.report(signal).then(
          () => true,
          () => false,
        );
        if (taken) return;
        await pause(this.#options.clock, REPORT_AGAIN_MS, this.#stopping.signal).catch(() => undefined);
      }
    };
    this.#outbox = this.#outbox.then(send);
  }

  #setLink(link: LinkState): void {
    this.#link = link;
    this.#options.changed();
    if (link.state === 'connecting') return;
    for (const tell of this.#awaitingOutcome.splice(0)) tell(link);
  }
}

/** An adapter that ignores its signal must not hold up its supervisor. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    promise.then(resolve, reject);
  });
}
