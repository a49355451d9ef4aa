import { ConfigurationError } from '../contract.ts';

/** An error on its way between threads. Structured cloning keeps neither the class nor the code. */
export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  /** It was a ConfigurationError: trying again cannot help. */
  readonly permanent?: true;
  readonly cause?: ErrorMessage;
}

/** Causes of causes end somewhere, also where an error is its own. */
const DEEPEST = 5;

export function toErrorMessage(thrown: unknown, depth = 0): ErrorMessage {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) };
  const { name, message, stack, cause } = thrown;
  const { code } = thrown as NodeJS.ErrnoException;
  return {
    name,
    message,
    ...(stack !== undefined && { stack }),
    ...(typeof code === 'string' && { code }),
    ...(thrown instanceof ConfigurationError && { permanent: true }),
    ...(cause !== undefined && depth < DEEPEST && { cause: toErrorMessage(cause, depth + 1) }),
  };
}

export function fromErrorMessage({ name, message, stack, code, permanent, cause }: ErrorMessage): Error {
  const options = cause === undefined ? {} : { cause: fromErrorMessage(cause) };
  const error = permanent ? new ConfigurationError(message, options) : new Error(message, options);
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name });
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}
