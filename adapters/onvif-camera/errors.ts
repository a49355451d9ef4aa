/** The camera cannot be reached, does not answer in time, or hangs up before its reply is complete. */
export class LinkError extends Error {
  override readonly name: string = 'LinkError';
}

/** It answers over HTTPS with a certificate that is not the one that was configured, or that nobody vouches for. */
export class CertificateError extends LinkError {
  override readonly name = 'CertificateError';
}

/** A reply that is not the XML it should be. `frame` is what was received. */
export class MalformedReply extends Error {
  override readonly name = 'MalformedReply';
  readonly frame: string;

  constructor(reason: string, frame: string, cause?: unknown) {
    super(reason, { cause });
    this.frame = frame;
  }
}

/** The words by which WS-Security 1.0 (12) and ONVIF Core (5.8.2.1) refuse somebody's credentials or time stamp. */
const refusals = ['NotAuthorized', 'FailedAuthentication', 'FailedCheck', 'InvalidSecurity', 'InvalidSecurityToken', 'MessageExpired'];

/** The camera understood the request and refused it (SOAP 1.2 part 1, 5.4), or answered with an HTTP error and no envelope. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault';
  /** Local names of the code and its subcodes, outermost first: `Sender`, `NotAuthorized`. */
  readonly codes: readonly string[];
  readonly httpStatus: number;

  constructor(codes: readonly string[], reason: string, httpStatus: number) {
    super([...codes, reason].filter((part) => part !== '').join(': '));
    this.codes = codes;
    this.httpStatus = httpStatus;
  }

  /** Whether credentials or the time in them were refused. Sent as HTTP 400 by the standard, as 401, 500 or 200 by some cameras. */
  get notAuthorized(): boolean {
    return this.httpStatus === 401 || this.codes.some((code) => refusals.includes(code)) || /\b(not|un)[ -]?authori[sz]ed\b/i.test(this.message);
  }
}

/** Whether the camera refused somebody's credentials or rights. */
export function isRefusal(error: unknown): boolean {
  return error instanceof SoapFault && error.notAuthorized;
}

/** The sentence of whatever was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
