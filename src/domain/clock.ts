/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/**
 * Where everything that waits or measures gets its time. The product hands in `systemClock`;
 * tests hand in one that they move by hand, so that a rule of 60 seconds is tested in a millisecond.
 */
export interface Clock {
  /** Wall-clock time, for stamps that a person or another machine reads. May jump. */
  now(): EpochMs;
  /** Milliseconds from an arbitrary start that never jump, for measuring durations. */
  monotonicMs(): number;
  /** Calls `action` once after `delayMs`; the returned function cancels it and may be called twice. */
  after(delayMs: number, action: () => void): () => void;
}

/** The machine's own clock; the only place in the gateway that asks the runtime for the time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Waits `delayMs` on the given clock.
 * @throws the signal's reason as soon as `signal` is aborted.
 */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const aborted = () => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', aborted);
      resolve();
    });
    signal.addEventListener('abort', aborted, { once: true });
  });
}
