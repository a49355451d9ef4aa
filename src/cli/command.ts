/** One command of the program `sallyport`; each has a file of its own. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** How to call it, with its options. */
  readonly usage: string;
  /** Runs it with the arguments behind its name; resolves to the process's exit code, or never while it serves. */
  run(args: readonly string[]): Promise<number>;
}

/** The command was called wrongly; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
