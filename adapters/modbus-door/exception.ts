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

/** The controller understood a request and refused it. The link is in order. */
export class ModbusException extends Error {
  override readonly name = 'ModbusException';
  readonly code: number;

  constructor(code: number, request: string) {
    super(`${request} was refused: ${words[code] ?? 'unknown reason'} (exception ${code})`);
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
