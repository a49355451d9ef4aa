/** Application Protocol V1.1b3, clause 7. */
const words: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge, still working on it',
  6: 'server device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};

/** The controller understood a request and refused it. The line is in order. */
export class ModbusException extends Error {
  override readonly name = 'ModbusException';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  /** Asking again is of no use: the request does not fit the controller. */
  get isPermanent(): boolean {
    return this.code >= 1 && this.code <= 3;
  }

  /** One of several addresses may be the cause, or their number. */
  get isAboutRange(): boolean {
    return this.code === 2 || this.code === 3;
  }
}

/** A unit did not answer in time, or nothing that can be understood. Others on the line may. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** A gateway says with these that it could not reach the unit, so that nobody knows whether the unit has got the request. */
const fromGateway: readonly number[] = [10, 11];

/** What to throw for an exception response to `request`. */
export function refusal(code: number, request: string): ModbusException | NoAnswer {
  const message = `${request} was refused: ${words[code] ?? 'unknown reason'} (exception ${code})`;
  return fromGateway.includes(code) ? new NoAnswer(message) : new ModbusException(code, message);
}
