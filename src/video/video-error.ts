/** Why no picture comes. `unauthorised` and `unsupported` do not mend themselves, so they are tried again slowly. */
export type VideoErrorCode = 'unreachable' | 'unauthorised' | 'unsupported' | 'protocol' | 'timeout' | 'ended' | 'stalled';

/** A reason for having no picture; its message is a sentence for the dispatcher and never holds an address or a password. */
export class VideoError extends Error {
  override readonly name = 'VideoError';
  readonly code: VideoErrorCode;

  constructor(code: VideoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const systemErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the camera refuses the connection',
  ECONNRESET: 'the camera broke the connection',
  EPIPE: 'the camera broke the connection',
  ETIMEDOUT: 'the camera does not answer',
  EHOSTUNREACH: 'there is no route to the camera',
  ENETUNREACH: 'there is no route to the camera',
  EHOSTDOWN: 'there is no route to the camera',
  ENOTFOUND: "the camera's host name is not known",
  EAI_AGAIN: "the camera's host name cannot be looked up",
};

/** The sentence for an error of the socket. The system's own message is left out: it may hold addresses. */
export function fromSocketError(cause: NodeJS.ErrnoException): VideoError {
  const code = cause.code ?? 'unknown error';
  return new VideoError('unreachable', systemErrors[code] ?? `the connection to the camera failed (${code})`, { cause });
}
