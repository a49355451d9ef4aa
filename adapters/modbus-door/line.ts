import type { AdapterHost } from '../../src/adapter/contract.ts';
import { pause } from '../../src/domain/clock.ts';
import { Codec } from './codec.ts';
import type { Exchange } from './codec.ts';
import { echoTest } from './echo-test.ts';
import { ModbusException, NoAnswer } from './exception.ts';
import { expectedReply } from './framing.ts';
import type { Expected } from './framing.ts';
import { describe } from './location.ts';
import type { Location, WritableLocation } from './location.ts';
import { LostReplies } from './lost-replies.ts';
import type { Transport, Wire } from './transport.ts';

/** More than two of the longest frames. */
const MOST_BYTES = 1024;

/** What a read brought: bits as 0 and 1, registers as numbers; `raw` is the frame in hexadecimal. */
export interface Reply {
  readonly values: readonly number[];
  readonly raw: string;
}

/** The way to one unit of a line. */
export interface UnitLink {
  /** For messages: the line and the unit. */
  readonly peer: string;
  /**
   * Reads adjacent addresses, after all writes that wait.
   * @throws ModbusException when the unit refuses; NoAnswer when it is silent; Error when the line is over.
   */
  read(range: Location & { readonly count: number }): Promise<Reply>;
  /** Writes ahead of all reads that wait, of any unit, and resolves when the unit has confirmed it. @throws as `read` does. */
  write(location: WritableLocation, value: number): Promise<void>;
}

interface Request {
  readonly perform: () => Promise<void>;
  readonly reject: (reason: Error) => void;
}

interface InFlight {
  readonly expected: Expected;
  readonly what: string;
  readonly deliver: (frame: Buffer, wire: Buffer) => void;
  readonly reject: (reason: Error) => void;
}

export interface LineOptions {
  readonly timeoutMs: number;
  /** Whether the line goes on when a unit is silent. If not, silence ends it, as everything unexpected does. */
  readonly outlastsSilence: boolean;
}

/**
 * One connection with one request in flight, to one unit or to several that share it. modbus-serial makes the requests and reads the
 * replies; stream, frames and deadlines are ours: its client reports no reset connection, leaves requests pending when it is destroyed,
 * and hands a late reply to whichever request has its transaction number by then.
 */
export class Line {
  /** Resolves when the connection stands; rejects with the reason why it does not. */
  readonly opened: Promise<void>;
  /** Resolves with the reason when the line is over and its handles are released. */
  readonly ended: Promise<Error>;
  readonly #transport: Transport;
  readonly #options: LineOptions;
  readonly #host: AdapterHost;
  readonly #codec = new Codec();
  readonly #lost = new LostReplies();
  readonly #over = new AbortController();
  readonly #urgent: Request[] = [];
  readonly #routine: Request[] = [];
  #wire: Wire | undefined;
  #isOpen = false;
  #current: Request | undefined;
  #inFlight: InFlight | undefined;
  #received: Buffer = Buffer.alloc(0);
  #cancelDeadline: () => void = () => undefined;

  /** Starts to connect. */
  constructor(transport: Transport, options: LineOptions, host: AdapterHost) {
    this.#transport = transport;
    this.#options = options;
    this.#host = host;
    this.opened = this.#open();
    this.opened.catch((error: unknown) => this.close(error as Error));
    const aborted = new Promise((resolve) => this.signal.addEventListener('abort', resolve, { once: true }));
    this.ended = aborted
      .then(() => this.opened.catch(() => undefined))
      .then(async () => {
        await this.#wire?.closed;
        return this.signal.reason as Error;
      });
  }

  /** "host:port" or the serial line's path. */
  get peer(): string {
    return this.#transport.peer;
  }

  /** Aborts when the line is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** The way to one unit. */
  unit(unit: number): UnitLink {
    return {
      peer: `${this.peer} unit ${unit}`,
      read: (range) => {
        const what = `reading ${describe(range, range.count)}`;
        return this.#ask(this.#routine, unit, what, () => this.#codec.readRange(unit, range, what)).then(({ result, raw }) => {
          this.#host.decoded?.({ name: `unit ${unit}: ${what}`, content: { values: result }, polled: true });
          return { values: result, raw };
        });
      },
      write: async (location, value) => {
        const what = `writing ${value} to ${describe(location)}`;
        await this.#ask(this.#urgent, unit, what, () => this.#codec.writeValue(unit, location, value, what));
      },
    };
  }

  /** Ends the line at once. The first reason counts. */
  close(reason: Error): void {
    if (this.signal.aborted) return;
    this.#cancelDeadline();
    this.#over.abort(reason);
    this.#inFlight?.reject(reason);
    for (const request of [this.#current, ...this.#urgent.splice(0), ...this.#routine.splice(0)]) request?.reject(reason);
    this.#wire?.release();
  }

  async #open(): Promise<void> {
    const { peer } = this;
    const { timeoutMs } = this.#options;
    this.#cancelDeadline = this.#host.clock.after(timeoutMs, () =>
      this.close(new Error(`there was no connection to ${peer} within ${timeoutMs} ms`)),
    );
    const wire = await this.#transport.open();
    this.#wire = wire;
    wire.stream.on('data', (bytes: Buffer) => this.#take(bytes));
    wire.stream.on('error', (cause: Error) => this.close(new Error(`the connection to ${peer} failed: ${cause.message}`, { cause })));
    wire.stream.on('end', () => this.close(new Error(`${peer} closed the connection`)));
    void wire.closed.then(() => this.close(new Error(`the connection to ${peer} was broken off`)));
    if (this.signal.aborted) wire.release();
    await Promise.race([wire.opened, untilAborted(this.signal)]);
    this.signal.throwIfAborted();
    this.#cancelDeadline();
    this.#isOpen = true;
    this.#next();
  }

  #ask<Result>(queue: Request[], unit: number, what: string, prepare: () => Exchange<Result>): Promise<{ result: Result; raw: string }> {
    return new Promise((resolve, reject) => {
      if (this.signal.aborted) {
        reject(this.signal.reason as Error);
        return;
      }
      const perform = async () => {
        if (this.#transport.isLossy && this.#lost.mustCheck(unit)) await this.#exchange(echoTest(unit), `checking unit ${unit} before ${what}`);
        resolve(await this.#exchange(prepare(), what));
      };
      queue.push({ perform, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current !== undefined || this.signal.aborted || !this.#isOpen) return;
    const request = this.#urgent.shift() ?? this.#routine.shift();
    if (request === undefined) return;
    this.#current = request;
    void request
      .perform()
      .catch((error: unknown) => request.reject(error as Error))
      .finally(() => {
        this.#current = undefined;
        this.#next();
      });
  }

  async #exchange<Result>({ request, read }: Exchange<Result>, what: string): Promise<{ result: Result; raw: string }> {
    const { framing, gapMs, isLossy } = this.#transport;
    if (gapMs > 0) await pause(this.#host.clock, gapMs, this.signal);
    const expected = expectedReply(request, this.#lost.nextTransaction());
    // What still stands there on a serial line is of no request that anybody waits for.
    if (isLossy) this.#received = Buffer.alloc(0);
    const { frame, wire } = await new Promise<{ frame: Buffer; wire: Buffer }>((resolve, reject) => {
      this.#inFlight = { expected, what, deliver: (reply, bytes) => resolve({ frame: reply, wire: bytes }), reject };
      this.#cancelDeadline = this.#host.clock.after(this.#options.timeoutMs, () => this.#timeIsUp());
      this.#wire?.stream.write(framing.encode(request, expected.transaction));
    });
    this.#lost.answered(expected.unit);
    try {
      return { result: await read(frame), raw: wire.toString('hex') };
    } catch (error) {
      // The frame was of the right form, so nothing else can be wrong.
      if (!(error instanceof ModbusException || error instanceof NoAnswer)) this.#outOfStep(`${(error as Error).message} when ${what}`, wire);
      throw error;
    }
  }

  /** Judges what has come; a reply counts when nothing else came with it. */
  #take(bytes: Buffer): void {
    if (this.signal.aborted) return;
    this.#received = Buffer.concat([this.#received, bytes]);
    const { framing, isLossy } = this.#transport;
    let expected = this.#inFlight?.expected;
    let reply: { frame: Buffer; wire: Buffer } | undefined;
    while (this.#received.length > 0) {
      const verdict = framing.judge(this.#received, expected, this.#lost.transactions);
      if (verdict.type === 'broken') {
        this.#outOfStep(this.#inFlight === undefined ? verdict.reason : `${verdict.reason} when ${this.#inFlight.what}`, this.#received);
        return;
      }
      if (verdict.type === 'incomplete') break;
      if (verdict.type === 'late') this.#host.log.debug({ bytes: verdict.used }, 'a late reply was discarded');
      else {
        reply = { frame: verdict.frame, wire: isLossy ? verdict.frame : this.#received.subarray(0, verdict.used) };
        expected = undefined;
      }
      this.#received = this.#received.subarray(verdict.used);
    }
    this.#received = this.#received.subarray(-MOST_BYTES);
    if (this.#received.length > 0 && expected === undefined && !isLossy && this.#lost.transactions.size === 0) {
      this.#outOfStep('it sent what nobody asked for', this.#received);
      return;
    }
    if (reply === undefined) return;
    this.#cancelDeadline();
    const { deliver } = this.#inFlight as InFlight;
    this.#inFlight = undefined;
    deliver(reply.frame, reply.wire);
  }

  #timeIsUp(): void {
    const { timeoutMs, outlastsSilence } = this.#options;
    const { expected, what, reject } = this.#inFlight as InFlight;
    const isDamaged = this.#received.length > 0;
    if (isDamaged) this.#host.malformed(this.#received, `this is not a complete reply when ${what}`);
    const silence = new NoAnswer(`${this.peer} unit ${expected.unit} did not answer within ${timeoutMs} ms when ${what}`);
    // Half a frame on TCP means that nobody knows where the next begins.
    if (!outlastsSilence || (isDamaged && !this.#transport.isLossy)) {
      this.close(silence);
      return;
    }
    this.#lost.add(expected);
    this.#inFlight = undefined;
    reject(silence);
  }

  #outOfStep(why: string, bytes: Buffer): void {
    this.#host.malformed(bytes, why);
    this.close(new Error(`${this.peer} cannot be understood: ${why}`));
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
