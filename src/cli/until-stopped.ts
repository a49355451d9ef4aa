import type { Logger } from 'pino';

/** Should closing hang, the process ends all the same. */
const STOP_WITHIN_MS = 8000;

/**
 * Resolves when the process is told to stop; a second signal ends it at once. Until then an exception that nobody caught
 * is logged and survived: everything that matters is on disk, and a gateway that is down hears no alarm.
 */
export function untilStopped(log: Logger): Promise<void> {
  process.on('uncaughtException', (error) => log.error({ err: error }, 'an internal error was survived: please report it'));
  return new Promise((resolve) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(1);
      stopping = true;
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
