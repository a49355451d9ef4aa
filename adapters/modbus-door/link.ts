import { connect } from 'node:net';
import type { Socket } from 'node:net';
import modbusSerial from 'modbus-serial';
import type { AdapterHost } from '../../src/adapter/contract.ts';
import { ModbusException } from './exception.ts';
import { describe } from './location.ts';
import type { Location, Table, WritableLocation } from './location.ts';
import type { ModbusDoorOptions } from './options.ts';

type Client = InstanceType<typeof modbusSerial.default>;

/** The longest ADU on TCP: 7 bytes of header and 253 of PDU (Application Protocol V1.1b3, 4.1). */
const LONGEST_ADU = 260;

/** What a read brought: bits as 0 and 1, registers as numbers; `raw` is the frame in hexadecimal. */
export interface Reply {
  readonly values: readonly number[];
  readonly raw: string;
}

interface Request {
  readonly what: string;
  readonly perform: () => Promise<void>;
  readonly reject: (reason: Error) => void;
}

const readFunctions: Readonly<
  Record<Table, (client: Client, address: number, count: number) => Promise<{ data: (number | boolean)[]; buffer: Buffer }>>
> = {
  coil: (client, address, count) => client.readCoils(address, count),
  discreteInput: (client, address, count) => client.readDiscreteInputs(address, count),
  holdingRegister: (client, address, count) => client.readHoldingRegisters(address, count),
  inputRegister: (client, address, count) => client.readInputRegisters(address, count),
};

/**
 * One TCP connection with one request in flight. modbus-serial makes and reads the frames; the socket and the deadlines are ours, since
 * its client reports no reset connection, leaves requests pending when it is destroyed, and hands a late reply to whichever request has
 * its transaction number by then. So the link does not outlive anything unexpected: a missing, damaged or additional reply ends it.
 */
export class ModbusLink {
  /** "host:port unit n", for messages. */
  readonly peer: string;
  /** Resolves when the connection stands; rejects with the reason why it does not. */
  readonly opened: Promise<void>;
  /** Resolves with the reason when the link is over and its handles are released. */
  readonly ended: Promise<Error>;
  readonly #options: ModbusDoorOptions;
  readonly #host: AdapterHost;
  readonly #socket: Socket;
  readonly #client: Client = new modbusSerial.default();
  readonly #over = new AbortController();
  readonly #urgent: Request[] = [];
  readonly #routine: Request[] = [];
  #current: Request | undefined;
  #received: Buffer = Buffer.alloc(0);
  #cancelDeadline: () => void = () => undefined;

  /** Starts to connect. */
  constructor(options: ModbusDoorOptions, host: AdapterHost) {
    this.#options = options;
    this.#host = host;
    this.peer = `${options.host}:${options.port} unit ${options.unit}`;
    this.#socket = connect({ host: options.host, port: options.port, noDelay: true });
    // Before modbus-serial listens, so that a frame is kept before it is interpreted.
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (cause) => this.close(new Error(`the connection to ${this.peer} failed: ${cause.message}`, { cause })));
    this.#socket.on('end', () => this.close(new Error(`${this.peer} closed the connection`)));
    this.ended = new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.close(new Error(`the connection to ${this.peer} was broken off`));
        resolve(this.signal.reason as Error);
      });
    });
    this.opened = this.#open();
  }

  /** Aborts when the link is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Reads adjacent addresses, after all writes that wait. @throws ModbusException when the controller refuses; Error when the link is over. */
  read({ table, address, count }: Location & { readonly count: number }): Promise<Reply> {
    return this.#ask(this.#routine, `reading ${describe({ table, address }, count)}`, async () => {
      const { data, buffer } = await readFunctions[table](this.#client, address, count);
      const bytes = table === 'coil' || table === 'discreteInput' ? Math.ceil(count / 8) : 2 * count;
      if (buffer.length !== bytes) throw new Error(`the reply has ${buffer.length} bytes of data instead of ${bytes}`);
      return { values: data.slice(0, count).map(Number), raw: this.#received.toString('hex') };
    });
  }

  /** Writes ahead of all reads that wait, and resolves when the controller has confirmed it. @throws as `read` does. */
  write({ table, address }: WritableLocation, value: number): Promise<void> {
    return this.#ask(this.#urgent, `writing ${value} to ${describe({ table, address })}`, async () => {
      const echo =
        table === 'coil'
          ? await this.#client.writeCoil(address, value === 1).then((reply) => ({ address: reply.address, value: Number(reply.state) }))
          : await this.#client.writeRegister(address, value);
      if (echo.address !== address || echo.value !== value) throw new Error(`the reply confirms ${echo.value} at ${echo.address}`);
    });
  }

  /** Ends the link at once. The first reason counts. */
  close(reason: Error): void {
    if (this.signal.aborted) return;
    this.#cancelDeadline();
    this.#over.abort(reason);
    for (const request of [this.#current, ...this.#urgent.splice(0), ...this.#routine.splice(0)]) request?.reject(reason);
    this.#client.destroy(() => undefined);
    this.#socket.destroy();
  }

  async #open(): Promise<void> {
    const { timeoutMs, port, unit } = this.#options;
    this.#startDeadline(`there was no connection to ${this.peer} within ${timeoutMs} ms`);
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.signal.addEventListener('abort', () => reject(this.signal.reason as Error), { once: true });
    });
    this.#cancelDeadline();
    this.#client.setID(unit);
    await this.#client.linkTCP(this.#socket, { port });
    // A second net behind our own deadline, which always comes first.
    this.#client.setTimeout(2 * timeoutMs);
    this.#next();
  }

  #ask<T>(queue: Request[], what: string, exchange: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.signal.aborted) {
        reject(this.signal.reason as Error);
        return;
      }
      const perform = async () => {
        const result = await exchange();
        const problem = frameProblem(this.#received, this.#options.unit);
        if (problem !== undefined) throw new Error(problem);
        resolve(result);
      };
      queue.push({ what, perform, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#current !== undefined || this.signal.aborted || !this.#client.isOpen) return;
    const request = this.#urgent.shift() ?? this.#routine.shift();
    if (request === undefined) return;
    this.#current = request;
    this.#received = Buffer.alloc(0);
    this.#startDeadline(`${this.peer} did not answer within ${this.#options.timeoutMs} ms when ${request.what}`);
    void request
      .perform()
      .catch((error: unknown) => this.#failed(request, error))
      .finally(() => {
        if (this.signal.aborted) return;
        this.#cancelDeadline();
        this.#current = undefined;
        this.#next();
      });
  }

  /** An exception concerns its request alone; anything else means that the two ends are out of step. */
  #failed(request: Request, error: unknown): void {
    const { message, modbusCode } = error as { message: string; modbusCode?: number };
    const problem = modbusCode === undefined ? message : frameProblem(this.#received, this.#options.unit);
    if (modbusCode !== undefined && problem === undefined) request.reject(new ModbusException(modbusCode, request.what));
    else this.#outOfStep(`${problem ?? message} when ${request.what}`);
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    if (this.#current === undefined) this.#outOfStep('it sent what nobody asked for');
    else if (this.#received.length > LONGEST_ADU) this.#outOfStep(`it sent more than one reply when ${this.#current.what}`);
  }

  #outOfStep(why: string): void {
    if (this.signal.aborted) return;
    this.#host.malformed(this.#received, why);
    this.close(new Error(`${this.peer} cannot be understood: ${why}`));
  }

  #startDeadline(message: string): void {
    this.#cancelDeadline = this.#host.clock.after(this.#options.timeoutMs, () => {
      if (this.#current !== undefined && this.#received.length > 0) this.#host.malformed(this.#received, 'this is not a complete reply');
      this.close(new Error(message));
    });
  }
}

/** What modbus-serial does not look at: one frame and no more, of Modbus, from the unit that was asked (Messaging Implementation Guide V1.0b, 3.1.3). */
function frameProblem(bytes: Buffer, unit: number): string | undefined {
  if (bytes.length !== 6 + bytes.readUInt16BE(4)) return 'there was more than one reply';
  if (bytes.readUInt16BE(2) !== 0) return 'the protocol identifier was not 0';
  return bytes.readUInt8(6) === unit ? undefined : `unit ${bytes.readUInt8(6)} replied`;
}
