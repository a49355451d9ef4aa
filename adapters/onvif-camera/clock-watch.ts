import type { AdapterHost } from '../../src/adapter/contract.ts';
import { pause } from '../../src/domain/clock.ts';
import type { DeviceSignal, Phase } from '../../src/domain/event.ts';
import type { SoapClient } from './client.ts';
import { measureClockOffset } from './device.ts';
import { LinkError } from './errors.ts';
import type { RequestWriter } from './requests.ts';

/** A clock further off than this is reported; it is right again when it is well within, so that a clock at the limit does not flutter. */
const WRONG_MS = 60_000;
const RIGHT_MS = 50_000;
const INTERVAL_MS = 30_000;

/**
 * Asks the camera for its time now and then. That keeps the offset fresh, and it is how we notice that a camera without events is gone:
 * the request needs no credentials and every camera answers it.
 */
export class ClockWatch {
  readonly #host: AdapterHost;
  readonly #client: SoapClient;
  readonly #requests: RequestWriter;
  readonly #signal: AbortSignal;
  #said: Phase | undefined;

  constructor(host: AdapterHost, client: SoapClient, requests: RequestWriter, signal: AbortSignal) {
    this.#host = host;
    this.#client = client;
    this.#requests = requests;
    this.#signal = signal;
  }

  get offsetMs(): number {
    return this.#requests.clockOffsetMs;
  }

  /** Measures the offset; credentials are made with it from now on. @throws LinkError when the camera does not answer. */
  async measure(): Promise<void> {
    await measureClockOffset(this.#client, this.#host.clock, this.#requests, { signal: this.#signal });
  }

  /** Reports `device.clock` where the last measurement is news: on connecting, and when it becomes wrong or right. */
  async tell(report: (signal: DeviceSignal) => Promise<void>): Promise<void> {
    const off = Math.abs(this.offsetMs);
    const phase: Phase = off > WRONG_MS || (this.#said === 'raised' && off > RIGHT_MS) ? 'raised' : 'restored';
    if (phase === this.#said) return;
    const initial = this.#said === undefined && phase === 'restored';
    this.#said = phase;
    await report({
      kind: 'device.clock',
      point: this.#host.device.id,
      phase,
      clockOffsetMs: this.offsetMs,
      details: { offsetMs: this.offsetMs },
      ...(initial && { initial }),
    });
  }

  /** Runs until the connection ends. @throws LinkError when the camera has twice not answered. */
  async follow(report: (signal: DeviceSignal) => Promise<void>): Promise<never> {
    for (let missed = 0; ;) {
      await pause(this.#host.clock, INTERVAL_MS, this.#signal);
      try {
        await this.measure();
        missed = 0;
      } catch (error) {
        this.#signal.throwIfAborted();
        missed += 1;
        if (missed > 1 && error instanceof LinkError) throw error;
      }
      await this.tell(report);
    }
  }
}
