import { pino } from 'pino';
import { systemClock } from '../../domain/clock.ts';
import type { DeviceSignal } from '../../domain/event.ts';
import type { AdapterDefinition, AdapterHost, CameraFacet, Connection } from '../contract.ts';
import { Calls, outcomeOf } from './calls.ts';
import { fromErrorMessage, toErrorMessage } from './errors.ts';
import type { FacetCall, FromAttempt, FromThread, ToThread } from './messages.ts';

/** As much of a malformed frame as the gateway keeps. */
const FRAME_BYTES = 1024;

/** What of a message concerns one attempt, whose number is added on the way. */
type Said = FromAttempt extends infer Each ? (Each extends { attempt: number } ? Omit<Each, 'attempt'> : never) : never;

/** One connection attempt, in the adapter's thread: it is the adapter's host. */
export class ThreadAttempt {
  readonly #number: number;
  readonly #post: (message: FromThread) => void;
  readonly #mayNotice: () => boolean;
  readonly #calls = new Calls();
  readonly #life = new AbortController();
  #connection: Connection | undefined;
  /** Reported in this turn, and not yet sent. */
  #reports: { readonly call: number; readonly signal: DeviceSignal }[] = [];

  /** `mayNotice` says whether one more line of log or malformed frame may be sent now. */
  constructor(attempt: number, post: (message: FromThread) => void, mayNotice: () => boolean) {
    this.#number = attempt;
    this.#post = post;
    this.#mayNotice = mayNotice;
  }

  /** Runs the attempt to its end, which it tells. Never rejects. */
  async run(definition: AdapterDefinition, { options, ...given }: Extract<ToThread, { type: 'connect' }>): Promise<void> {
    try {
      this.#connection = await definition.connect(options, this.#host(given));
      const { doors, cameras, recordings, done } = this.#connection;
      const methods = Object.keys(cameras ?? {}) as (keyof CameraFacet)[];
      this.#say({ type: 'connected', doors: doors !== undefined, recordings: recordings !== undefined, cameras: methods });
      await done;
      this.#say({ type: 'ended', error: undefined });
    } catch (error) {
      this.#say({ type: 'ended', error: toErrorMessage(error) });
    }
  }

  take(message: Exclude<ToThread, { type: 'connect' | 'discover' | 'ping' }>): void {
    if (message.type === 'answer') this.#calls.settle(message.call, message.outcome);
    else if (message.type === 'abort') this.#life.abort(fromErrorMessage(message.reason));
    else {
      const { attempt, call, what } = message;
      void outcomeOf(this.#use(what)).then((outcome) => this.#post({ type: 'answer', attempt, call, outcome }));
    }
  }

  async #use(what: FacetCall): Promise<unknown> {
    if (what.facet === 'doors') return this.#connection?.doors?.command(what.door, what.command);
    if (what.facet === 'recordings') return this.#connection?.recordings?.find(...what.with);
    // Both sides are typed by the facet; only the way between them is not.
    const cameras = this.#connection?.cameras as Partial<Record<keyof CameraFacet, (...given: readonly unknown[]) => unknown>> | undefined;
    return cameras?.[what.method]?.(...what.with);
  }

  #host({ device, points, readOnly, logLevel: level }: Omit<Extract<ToThread, { type: 'connect' }>, 'options'>): AdapterHost {
    return {
      device,
      points,
      ...(readOnly && { readOnly }),
      signal: this.#life.signal,
      clock: systemClock,
      // Whose line it is, and when, the gateway's own log adds.
      log: pino({ level, base: null, timestamp: false }, { write: (line) => this.#notice({ type: 'log', line }) }),
      report: async (signal) => {
        await this.#calls.make((call) => this.#report(call, signal));
      },
      secret: async (reference) => (await this.#calls.make((call) => this.#say({ type: 'secret', call, reference }))) as string,
      online: (detail, attention) => this.#say({ type: 'online', detail, attention }),
      malformed: (frame, reason) => this.#notice({ type: 'malformed', frame: startOf(frame), reason }),
    };
  }

  #notice(said: Said): void {
    if (this.#mayNotice()) this.#say(said);
  }

  #report(call: number, signal: DeviceSignal): void {
    this.#reports.push({ call, signal });
    if (this.#reports.length === 1) queueMicrotask(() => this.#sendReports());
  }

  #sendReports(): void {
    const reports = this.#reports;
    this.#reports = [];
    if (reports.length === 0) return;
    try {
      this.#post({ type: 'reports', reports, attempt: this.#number });
    } catch (error) {
      // What cannot be copied, such as a function among the details.
      for (const { call } of reports) this.#calls.settle(call, { ok: false, error: toErrorMessage(error) });
    }
  }

  /** After what was reported before. */
  #say(said: Said): void {
    this.#sendReports();
    this.#post({ ...said, attempt: this.#number });
  }
}

/** A copy: a view of a larger buffer would be sent with all of it. */
function startOf(frame: Uint8Array | string): Uint8Array | string {
  return typeof frame === 'string' ? frame.slice(0, FRAME_BYTES) : Uint8Array.from(frame.subarray(0, FRAME_BYTES));
}
